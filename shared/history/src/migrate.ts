/**
 * Brings the tables up to this release. Migrations are code, run in the order of their names, and only forward: a
 * released one is never changed, a correction is a new one. Several processes may start at once: on PostgreSQL kysely
 * holds an advisory lock meanwhile, on SQLite there is one process only.
 */
import { type Kysely, type Migration, Migrator } from 'kysely';
import { jobRecords } from './migrations/0001-job-records.js';
import { runs } from './migrations/0002-runs.js';
import { jobFigures } from './migrations/0003-job-figures.js';
import { keysAndAudit } from './migrations/0004-keys-and-audit.js';
import { speculation } from './migrations/0005-speculation.js';
import { benchmarks } from './migrations/0006-benchmarks.js';
import { unfinishedJobs } from './migrations/0007-unfinished-jobs.js';
import type { Tables } from './schema.js';

const migrations: Record<string, Migration> = {
  '0001-job-records': jobRecords,
  '0002-runs': runs,
  '0003-job-figures': jobFigures,
  '0004-keys-and-audit': keysAndAudit,
  '0005-speculation': speculation,
  '0006-benchmarks': benchmarks,
  '0007-unfinished-jobs': unfinishedJobs,
};

/** Throws what the database says; running it again is harmless. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: 'gridmr_migrations',
    migrationLockTableName: 'gridmr_migration_locks',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
