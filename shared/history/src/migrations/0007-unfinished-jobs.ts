/** Each submission counts its client's jobs that have not ended: from an index that holds no others, and without a look at the jobs themselves. */
import { type Kysely, type Migration, sql } from 'kysely';

export const unfinishedJobs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createIndex('unfinished_jobs_by_client')
      .on('jobs')
      // SQLite looks at the job after all unless the column of the condition is in the index.
      .columns(['client_id', 'finished_at'])
      .where(sql<boolean>`finished_at is null`)
      .execute();
  },
};
