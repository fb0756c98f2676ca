/**
 * Jobs may be retried: attempts belong to a run of their job, and a job says which run it is in and since which run the commits of each
 * stage count. A table's primary key can be changed in neither database by one statement for both, so `attempts` is made anew.
 * And jobs may be deleted: what is left to remove of them stands in `deletions`.
 */
import type { Kysely, Migration } from 'kysely';

const attemptColumns = ['job_id', 'kind', 'task_index', 'attempt', 'state', 'worker_id', 'started_at'] as const;
const laterColumns = ['finished_at', 'error', 'final'] as const;

async function addRunsToJobs(db: Kysely<unknown>): Promise<void> {
  for (const name of ['run', 'map_run', 'reduce_run']) {
    await db.schema
      .alterTable('jobs')
      .addColumn(name, 'integer', column => column.notNull().defaultTo(1))
      .execute();
  }
}

async function addRunsToAttempts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('attempts_of_runs')
    .addColumn('job_id', 'text', column => column.notNull())
    .addColumn('run', 'integer', column => column.notNull().defaultTo(1))
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('task_index', 'integer', column => column.notNull())
    .addColumn('attempt', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('worker_id', 'text', column => column.notNull())
    .addColumn('started_at', 'text', column => column.notNull())
    .addColumn('finished_at', 'text')
    .addColumn('error', 'text')
    .addColumn('final', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('attempts_of_runs_key', ['job_id', 'kind', 'task_index', 'run', 'attempt'])
    .execute();
  const columns = [...attemptColumns, ...laterColumns];
  const tables = db as Kysely<{ attempts: Record<string, string>; attempts_of_runs: Record<string, string> }>;
  await tables
    .insertInto('attempts_of_runs')
    .columns(columns)
    .expression(tables.selectFrom('attempts').select(columns))
    .execute();
  await db.schema.dropTable('attempts').execute();
  await db.schema.alterTable('attempts_of_runs').renameTo('attempts').execute();
}

async function createDeletions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deletions')
    .addColumn('job_id', 'text', column => column.primaryKey())
    .addColumn('runs', 'integer', column => column.notNull())
    .addColumn('output_path', 'text', column => column.notNull())
    .addColumn('output_goes', 'integer', column => column.notNull())
    .addColumn('deleted_at', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('jobs_by_end').on('jobs').columns(['finished_at', 'job_id']).execute();
}

export const runs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await addRunsToJobs(db);
    await addRunsToAttempts(db);
    await createDeletions(db);
  },
};
