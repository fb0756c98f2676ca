/** Speculative attempts: which attempts are, how many a job had, how many were begun in each phase, whether a job wants any. */
import { type Kysely, type Migration, sql } from 'kysely';

export const speculation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const none = ['speculative_attempts', 'map_speculated', 'reduce_speculated'];
    for (const name of none) await addFlag(db, 'jobs', name, 0);
    await addFlag(db, 'jobs', 'speculative', 1);
    await addFlag(db, 'attempts', 'speculative', 0);
    // The terms of `phasesNearEnd`, word for word: of very many jobs that wait or run, few are in the middle of a phase.
    await db.schema
      .createIndex('jobs_in_a_phase')
      .on('jobs')
      .column('job_id')
      .where(
        sql<boolean>`finished_at is null and speculative = 1
          and (map_completed > 0 and map_completed < map_total or reduce_completed > 0 and reduce_completed < reduce_total)`,
      )
      .execute();
  },
};

async function addFlag(db: Kysely<unknown>, table: string, name: string, value: number): Promise<void> {
  await db.schema
    .alterTable(table)
    .addColumn(name, 'integer', column => column.notNull().defaultTo(value))
    .execute();
}
