/** When a job's phases began, and how much went into its attempts and came out. */
import type { Kysely, Migration } from 'kysely';

export const jobFigures: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('jobs').addColumn('phase_times', 'text').execute();
    await db.schema.alterTable('attempts').addColumn('figures', 'text').execute();
  },
};
