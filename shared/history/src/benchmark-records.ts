/**
 * Benchmarks, and which API process is at one. Who holds a benchmark says so again and again; whoever finds that it has not been said for a while may take it
 * over, by one conditional update.
 */
import { type Benchmark, benchmarkLimits } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import { fromJson, plainText } from './json-column.js';
import type { BenchmarkRow, Tables } from './schema.js';

export interface StoredBenchmark {
  readonly clientId: string;
  readonly benchmark: Benchmark;
  /** The process that was at it last. */
  readonly holder: string | null;
}

export class BenchmarkRecords {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Returns false if too many have not ended. */
  async add(clientId: string, benchmark: Benchmark): Promise<boolean> {
    return await this.#db.transaction().execute(async trx => {
      const { benchmark_id } = benchmark;
      const row = { benchmark_id, client_id: plainText(clientId), finished_at: null, holder: null, held_at: null };
      await trx
        .insertInto('benchmarks')
        .values({ ...row, benchmark: JSON.stringify(benchmark) })
        .execute();
      const unfinished = await trx
        .selectFrom('benchmarks')
        .select('benchmark_id')
        .where('finished_at', 'is', null)
        .limit(benchmarkLimits.unfinishedMax + 1)
        .execute();
      if (unfinished.length <= benchmarkLimits.unfinishedMax) return true;
      await trx.deleteFrom('benchmarks').where('benchmark_id', '=', benchmark_id).execute();
      return false;
    });
  }

  async find(id: string): Promise<StoredBenchmark | undefined> {
    return storedOf(
      await this.#db.selectFrom('benchmarks').selectAll().where('benchmark_id', '=', id).executeTakeFirst(),
    );
  }

  /** The oldest that has not ended. */
  async next(): Promise<StoredBenchmark | undefined> {
    const oldest = this.#db.selectFrom('benchmarks').selectAll().where('finished_at', 'is', null);
    return storedOf(await oldest.orderBy('benchmark_id').limit(1).executeTakeFirst());
  }

  /**
   * Takes or keeps it. Returns false if another process has it, or it has ended.
   * @param leftBefore a holder that did not say so since then has left it
   */
  async hold(id: string, holder: string, now: string, leftBefore: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('benchmarks')
      .set({ holder, held_at: now })
      .where('benchmark_id', '=', id)
      .where('finished_at', 'is', null)
      .where(row => row.or([row('holder', 'is', null), row('holder', '=', holder), row('held_at', '<', leftBefore)]))
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Lets another process go on with what `holder` has. */
  async release(holder: string): Promise<void> {
    await this.#db.updateTable('benchmarks').set({ held_at: '' }).where('holder', '=', holder).execute();
  }

  /** Stores how it stands, for its holder alone; once it has ended, the oldest beyond `keptMax` are removed. */
  async save(holder: string, benchmark: Benchmark): Promise<void> {
    const { benchmark_id, finished_at } = benchmark;
    await this.#db
      .updateTable('benchmarks')
      .set({ benchmark: JSON.stringify(benchmark), finished_at })
      .where('benchmark_id', '=', benchmark_id)
      .where('holder', '=', holder)
      .execute();
    if (finished_at === null) return;
    const kept = this.#db
      .selectFrom('benchmarks')
      .select('benchmark_id')
      .where('finished_at', 'is not', null)
      .orderBy('finished_at', 'desc')
      .limit(benchmarkLimits.keptMax);
    await this.#db
      .deleteFrom('benchmarks')
      .where('finished_at', 'is not', null)
      .where('benchmark_id', 'not in', kept)
      .execute();
  }
}

function storedOf(row: BenchmarkRow | undefined): StoredBenchmark | undefined {
  if (row === undefined) return undefined;
  return { clientId: row.client_id, benchmark: fromJson(row.benchmark), holder: row.holder };
}
