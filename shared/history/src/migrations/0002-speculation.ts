/** Speculative attempts: which attempts are, how many a job had, how many were begun in each phase, whether a job wants any. */
import type { Kysely, Migration } from 'kysely';

export const speculation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const none = ['speculative_attempts', 'map_speculated', 'reduce_speculated'];
    for (const name of none) await addFlag(db, 'jobs', name, 0);
    await addFlag(db, 'jobs', 'speculative', 1);
    await addFlag(db, 'attempts', 'speculative', 0);
  },
};

async function addFlag(db: Kysely<unknown>, table: string, name: string, value: number): Promise<void> {
  await db.schema
    .alterTable(table)
    .addColumn(name, 'integer', column => column.notNull().defaultTo(value))
    .execute();
}
