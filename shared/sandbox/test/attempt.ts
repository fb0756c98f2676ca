/** One attempt in a sandbox, from program and text to pairs: what the suites here say things about. */
import { type ProgramSource, TaskError } from '@gridmr/contracts';
import {
  type AttemptContext,
  type AttemptNotes,
  type BatchValues,
  decodeKey,
  type GroupBatch,
  type PairBlock,
  type ProgramFunctions,
  type RecordBlock,
  type Sandbox,
} from '@gridmr/engine';
import { expect } from 'chai';

export interface OpenRequest {
  readonly source: ProgramSource;
  readonly functions: ProgramFunctions;
  readonly memoryBytes: number;
  readonly deadlineMs: number;
}
export type OpenSandbox = (request: OpenRequest) => Promise<Sandbox>;

export interface Pair {
  readonly key: unknown;
  readonly value: unknown;
  readonly partition: number | undefined;
}

const jobId = 'j0123456789abcdefghjkmn';
export const mapContext: AttemptContext = {
  jobId,
  taskId: `${jobId}-m-00000`,
  attempt: 1,
  phase: 'map',
  partition: null,
  numReducers: 2,
  parameters: {},
  nowMs: Date.UTC(2025, 0, 2, 3, 4, 5),
  input: { path: 'input/a.txt', split: 0 },
};
export const reduceContext: AttemptContext = {
  ...mapContext,
  taskId: `${jobId}-r-00001`,
  phase: 'reduce',
  partition: 1,
  input: null,
};

export function block(text: string | Uint8Array, offset = 0): RecordBlock {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const newlines = bytes.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
  const isOpen = bytes.length > 0 && bytes.at(-1) !== 10;
  return { path: 'input/a.txt', format: 'text', bytes, offset, records: newlines + (isOpen ? 1 : 0) };
}

export function readPairs(pairs: PairBlock): Pair[] {
  const values = valuesOf(pairs);
  return values.map((value, i) => ({
    key: decodeKey(pairs.keyBytes.subarray(i === 0 ? 0 : pairs.keyEnds[i - 1], pairs.keyEnds[i])),
    value,
    partition: pairs.partitions?.[i],
  }));
}

function valuesOf({ count, values }: PairBlock): unknown[] {
  if (values.kind === 'numbers') return [...values.numbers.subarray(0, count)];
  const { bytes, ends } = values;
  return Array.from({ length: count }, (_, i) =>
    JSON.parse(Buffer.from(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])).toString()),
  );
}

type Group = readonly [key: unknown, values: readonly unknown[]];

/** Values as numbers or strings if all are, unless `as` says how. */
export function batch(groups: readonly Group[], more: Partial<GroupBatch> & { as?: 'json' } = {}): GroupBatch {
  const { as, ...rest } = more;
  const values = groups.flatMap(([, row]) => row);
  return {
    groups: groups.length,
    keys: Buffer.from(JSON.stringify(groups.map(([key]) => key))),
    counts: Uint32Array.from(groups, ([, row]) => row.length),
    values: as === 'json' ? jsonRow(values) : batchValues(values),
    continued: false,
    open: false,
    ...rest,
  };
}

function batchValues(values: readonly unknown[]): BatchValues {
  if (values.every(value => typeof value === 'number')) return { kind: 'numbers', numbers: Float64Array.from(values) };
  const isPlain = values.every(value => typeof value === 'string' && JSON.stringify(value) === `"${value}"`);
  return isPlain ? { kind: 'strings', text: Buffer.from(values.join('\n')) } : jsonRow(values);
}

function jsonRow(values: readonly unknown[]): BatchValues {
  return { kind: 'json', json: Buffer.from(JSON.stringify(values)) };
}

export function sourceOf(
  program: string | Partial<Record<'map' | 'reduce' | 'combine' | 'partition', string>>,
): ProgramSource {
  if (typeof program === 'string') return { form: 'module', program };
  const { map = '() => {}', reduce, combine, partition } = program;
  return {
    form: 'functions',
    map_function: map,
    ...(reduce === undefined ? {} : { reduce_function: reduce }),
    ...(combine === undefined ? {} : { combine_function: combine }),
    ...(partition === undefined ? {} : { partition_function: partition }),
  };
}

export function functionsOf(source: ProgramSource): ProgramFunctions {
  const has = (name: 'reduce' | 'combine' | 'partition') =>
    source.form === 'module'
      ? new RegExp(`export (const|function\\*?) ${name}\\b`).test(source.program)
      : source[`${name}_function`] !== undefined;
  return { reduce: has('reduce'), combine: has('combine'), partition: has('partition') };
}

export interface AttemptRequest {
  readonly text?: string | Uint8Array | readonly RecordBlock[];
  readonly batches?: readonly GroupBatch[];
  readonly call?: 'reduce' | 'combine';
  readonly context?: Partial<AttemptContext>;
  readonly memoryBytes?: number;
  readonly deadlineMs?: number;
}

export interface Outcome {
  readonly pairs: Pair[];
  readonly notes: AttemptNotes;
  readonly blocks: number;
}

/** Runs a program over text (map) or batches of groups (reduce, combine). */
export async function attempt(
  open: OpenSandbox,
  program: Parameters<typeof sourceOf>[0],
  request: AttemptRequest = {},
): Promise<Outcome> {
  const source = sourceOf(program);
  const { memoryBytes = 64 * 1024 * 1024, deadlineMs = 60_000 } = request;
  using sandbox = await open({ source, functions: functionsOf(source), memoryBytes, deadlineMs });
  const pairs: Pair[] = [];
  let blocks = 0;
  const sink = (given: PairBlock) => {
    blocks++;
    for (const pair of readPairs(given)) pairs.push(pair);
  };
  const base = request.batches !== undefined && request.call !== 'combine' ? reduceContext : mapContext;
  sandbox.begin({ ...base, ...request.context }, sink);
  if (request.batches !== undefined) {
    const waiting = [...request.batches];
    if (request.call === 'combine') sandbox.combine(() => waiting.shift(), sink);
    else sandbox.reduce(() => waiting.shift());
  } else {
    const { text = 'a\n' } = request;
    const given = typeof text === 'string' || text instanceof Uint8Array ? [block(text)] : text;
    for (const records of given) sandbox.mapBlock(records);
  }
  return { pairs, notes: sandbox.end(), blocks };
}

/** Keys and values of a program's output. */
export async function output(...args: Parameters<typeof attempt>): Promise<[unknown, unknown][]> {
  const { pairs } = await attempt(...args);
  return pairs.map(({ key, value }) => [key, value]);
}

/** The job error that an attempt ends with. */
export async function failure(...args: Parameters<typeof attempt>): Promise<TaskError['error']> {
  const error = await attempt(...args).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TaskError)) throw error ?? new Error('the attempt did not fail');
  expect(error.error.message.length).to.be.at.most(1000);
  return error.error;
}
