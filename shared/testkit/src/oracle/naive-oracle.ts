/**
 * MapReduce on one machine, in memory, obviously right: what every job's output is compared with. It shares no code with
 * the engine or the sandbox, reads everything, keeps everything, sorts with a comparator, and never combines.
 *
 * What an oracle cannot know, programs under test must not depend on: where splits lie (`ctx.input.split` is 0, `setup`
 * and `teardown` run once for all of map and once per partition), seeded randomness and the frozen clock. A program with
 * `combine` must do exact arithmetic, so integers. `reduce_input_records` is then an upper bound: combiners lower it.
 */
import type { CounterName, InputFormat, OutputFormat, ProgramSource } from '@gridmr/contracts';
import { compareKeys } from './compare-keys.js';
import { formatPair } from './format-pair.js';
import { loadProgram, type OracleProgram } from './load-program.js';
import { type Key, normaliseKey, normaliseValue } from './normalise-key.js';
import { findRecords, type OracleFile, type OracleRecord, readRecords } from './read-records.js';
import { ValueIterator } from './value-iterator.js';

/** The partition of a key among so many reducers: GridMR's stable hash, given by the test that knows it. */
export type PartitionOf = (key: Key, reducers: number) => number;

export interface OracleJob {
  readonly program: ProgramSource;
  /** In the job's order: that of their paths' code points, if they came from one pattern. */
  readonly inputs: readonly OracleFile[];
  readonly inputFormat?: InputFormat;
  readonly numReducers?: number;
  readonly outputFormat?: OutputFormat;
  readonly parameters?: unknown;
  /** Bad records count for nothing and are listed, instead of the first one ending it all. */
  readonly skipsBadRecords?: boolean;
}

type OracleCounter = Extract<
  CounterName,
  'map_input_records' | 'map_output_records' | 'reduce_input_groups' | 'reduce_input_records' | 'reduce_output_records'
>;

export interface OracleResult {
  /**
   * Output lines of each reduce partition, in order. Without a partition function (the program's or the given one) all
   * stand in the first. A map-only job has one part: all lines in the order of records.
   */
  readonly parts: readonly (readonly string[])[];
  /** All lines, sorted as `sortLines` does: to be compared with all parts' lines, wherever they went. */
  readonly sortedLines: readonly string[];
  readonly counters: Readonly<Record<OracleCounter, number>>;
  readonly userCounters: ReadonlyMap<string, number>;
  /** Places of the bad records, in order. */
  readonly skipped: readonly OracleSkip[];
}

export interface OracleSkip {
  readonly path: string;
  readonly offset: number;
}

interface Pair {
  readonly key: Key;
  readonly value: unknown;
}

/** Lines in an order that depends on nothing but the lines. */
export function sortLines(lines: readonly string[]): string[] {
  return [...lines].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export async function runOracle(job: OracleJob, partitionOf?: PartitionOf): Promise<OracleResult> {
  const userCounters = new Map<string, number>();
  const { pairs, records, program, skipped } = await runMap(job, userCounters);
  const format = (output: readonly Pair[]) =>
    output.map(({ key, value }) => formatPair(key, value, job.outputFormat ?? 'tsv'));
  const reducers = program.reduce === undefined ? 0 : (job.numReducers ?? 1);
  if (reducers === 0) {
    const lines = format(pairs);
    const counters = countersOf(records, pairs.length, 0, 0, 0);
    return { parts: [lines], sortedLines: sortLines(lines), counters, userCounters, skipped };
  }
  const partitions = partitionPairs(pairs, reducers, program, partitionOf);
  const grouped = partitions.map(groupPairs);
  const parts: string[][] = [];
  for (const [partition, groups] of grouped.entries()) {
    parts.push(format(await runReduce(job, partition, groups, userCounters)));
  }
  const lines = parts.flat();
  const groups = grouped.reduce((sum, some) => sum + some.length, 0);
  const counters = countersOf(records, pairs.length, groups, pairs.length, lines.length);
  return { parts, sortedLines: sortLines(lines), counters, userCounters, skipped };
}

function countersOf(...[read, mapped, groups, values, reduced]: [number, number, number, number, number]) {
  return {
    map_input_records: read,
    map_output_records: mapped,
    reduce_input_groups: groups,
    reduce_input_records: values,
    reduce_output_records: reduced,
  };
}

/** One attempt's `ctx`, and the pairs that came out of it. */
class Attempt {
  readonly pairs: Pair[] = [];
  readonly #counters: Map<string, number>;
  readonly ctx: Record<string, unknown>;

  constructor(job: OracleJob, partition: number | null, counters: Map<string, number>) {
    this.#counters = counters;
    this.ctx = {
      emit: (key: unknown, value: unknown) => this.emit(key, value),
      params: normaliseValue(job.parameters ?? {}),
      count: (name: unknown, n: unknown = 1) => this.#count(String(name), Number(n)),
      log: () => undefined,
      task: { id: 'oracle', attempt: 1, partition },
    };
  }

  emit(key: unknown, value: unknown): void {
    this.pairs.push({ key: normaliseKey(key), value: normaliseValue(value) });
  }

  /** What a function returned: nothing, or pairs. */
  take(returned: unknown): void {
    if (returned === undefined) return;
    for (const pair of returned as Iterable<unknown>) this.takePair(pair);
  }

  takePair(pair: unknown): void {
    if (!Array.isArray(pair)) throw new TypeError(`a pair is [key, value], not ${String(pair)}`);
    this.emit(pair[0], pair[1]);
  }

  /** Whether the record was good; if not, all that came of it is taken back. */
  mapOrTakeBack(mayBeBad: boolean, program: OracleProgram, read: () => unknown): boolean {
    const pairsBefore = this.pairs.length;
    const countsBefore = mayBeBad ? [...this.#counters] : [];
    try {
      const record = read();
      this.take(program.map(record, this.ctx));
      return true;
    } catch (error) {
      if (!mayBeBad) throw error;
      this.pairs.length = pairsBefore;
      this.#counters.clear();
      for (const [name, n] of countsBefore) this.#counters.set(name, n);
      return false;
    }
  }

  #count(name: string, n: number): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + n);
  }
}

async function runMap(job: OracleJob, counters: Map<string, number>) {
  const program = await loadProgram(job.program);
  const attempt = new Attempt(job, null, counters);
  const skipped: OracleSkip[] = [];
  let records = 0;
  program.setup?.(attempt.ctx);
  for (const file of job.inputs) {
    const format = job.inputFormat ?? 'text';
    for (const { read, offset } of job.skipsBadRecords
      ? findRecords(file, format)
      : surely(readRecords(file, format))) {
      records++;
      attempt.ctx.input = { path: file.path, offset, split: 0 };
      const isGood = attempt.mapOrTakeBack(job.skipsBadRecords ?? false, program, read);
      if (!isGood) skipped.push({ path: file.path, offset });
    }
  }
  program.teardown?.(attempt.ctx);
  return { pairs: attempt.pairs, records, program, skipped };
}

function surely(records: readonly OracleRecord[]) {
  return records.map(({ record, offset }) => ({ read: () => record, offset }));
}

function partitionPairs(pairs: readonly Pair[], reducers: number, program: OracleProgram, partitionOf?: PartitionOf) {
  const partitions = Array.from({ length: reducers }, (): Pair[] => []);
  const choose = program.partition ?? partitionOf ?? (() => 0);
  for (const pair of pairs) {
    const chosen = choose(pair.key, reducers);
    const partition = partitions[Number(chosen)];
    if (partition === undefined) throw new RangeError(`partition must be in [0, ${reducers}), not ${String(chosen)}`);
    partition.push(pair);
  }
  return partitions;
}

interface Group {
  readonly key: Key;
  readonly values: unknown[];
}

/** Groups in key order, values in the order of the pairs: JavaScript's maps and sorts keep that. */
function groupPairs(pairs: readonly Pair[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { key, value } of pairs) {
    const identity = JSON.stringify(key);
    const group = groups.get(identity);
    if (group === undefined) groups.set(identity, { key, values: [value] });
    else group.values.push(value);
  }
  return [...groups.values()].sort((a, b) => compareKeys(a.key, b.key));
}

async function runReduce(job: OracleJob, partition: number, groups: Group[], counters: Map<string, number>) {
  const program = await loadProgram(job.program);
  const attempt = new Attempt(job, partition, counters);
  program.setup?.(attempt.ctx);
  for (const { key, values } of groups) {
    const returned = program.reduce?.(key, new ValueIterator(values), attempt.ctx);
    if (Array.isArray(returned)) attempt.takePair(returned);
    else attempt.take(returned);
  }
  program.teardown?.(attempt.ctx);
  return attempt.pairs;
}
