/** Benchmarks, those at work and the last that ended. */
import type { Kysely, Migration } from 'kysely';

export const benchmarks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('benchmarks')
      .addColumn('benchmark_id', 'text', column => column.primaryKey())
      .addColumn('client_id', 'text', column => column.notNull())
      .addColumn('finished_at', 'text')
      .addColumn('benchmark', 'text', column => column.notNull())
      .addColumn('holder', 'text')
      .addColumn('held_at', 'text')
      .execute();
    await db.schema
      .createIndex('benchmarks_by_end')
      .on('benchmarks')
      .columns(['finished_at', 'benchmark_id'])
      .execute();
  },
};
