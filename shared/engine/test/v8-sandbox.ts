/**
 * The user's functions in plain V8, behind the same interface as a jail: JavaScript closures, a few pairs handed over at
 * a time, in the middle of a call too. It throws if the engine breaks the order of calls or the form of batches.
 */
import { strict as assert } from 'node:assert';
import { encodeKey, type Key } from '../dist/key-encoding.js';
import { type KnownFunctions, noneKnown } from '../dist/known-function.js';
import type {
  AttemptContext,
  AttemptNotes,
  GroupBatch,
  GroupSource,
  PairBlock,
  PairSink,
  ProgramFunctions,
  RecordBlock,
  Sandbox,
} from '../dist/program.js';
import type { ValueColumn } from '../dist/value-column.js';

export type Emit = (key: Key, value: unknown) => void;
type OverGroups = (key: Key, values: Iterator<unknown> & Iterable<unknown>, emit: Emit) => void;

export interface Program {
  map(record: string, emit: Emit): void;
  combine?: OverGroups;
  reduce?: OverGroups;
  partition?(key: Key, reducers: number): number;
  setup?(emit: Emit): void;
  teardown?(emit: Emit): void;
}

interface Pair {
  readonly key: Key;
  readonly value: string;
}

/** Pairs in columns, keys encoded; values that are all numbers as numbers, unless texts are wanted. */
export function pairBlock(pairs: readonly Pair[], partitions?: readonly number[], asTexts = false): PairBlock {
  const keys = pairs.map(({ key }) => encodeKey(key));
  return {
    count: pairs.length,
    keyBytes: Buffer.concat(keys),
    keyEnds: endsOf(keys),
    values: valueColumn(
      pairs.map(({ value }) => value),
      asTexts,
    ),
    partitions: partitions && Uint32Array.from(partitions),
  };
}

export function valueColumn(json: readonly string[], asTexts = false): ValueColumn {
  if (!asTexts && json.every(isNumber)) return { kind: 'numbers', numbers: Float64Array.from(json, Number) };
  const values = json.map(value => Buffer.from(value));
  return { kind: 'texts', bytes: Buffer.concat(values), ends: endsOf(values) };
}

/** Whether a JSON text is that of a number, as `JSON.stringify` writes it. */
function isNumber(json: string): boolean {
  return String(Number(json)) === json && Number.isFinite(Number(json));
}

function endsOf(pieces: readonly Uint8Array[]): Uint32Array {
  let end = 0;
  return Uint32Array.from(pieces, piece => {
    end += piece.length;
    return end;
  });
}

export class V8Sandbox implements Sandbox {
  readonly functions: ProgramFunctions;
  readonly #program: Program;
  readonly #pairsPerHandOver: number;
  #state: 'loaded' | 'begun' | 'ended' = 'loaded';
  #entered = false;
  #sink: PairSink = () => {};
  #context: AttemptContext | undefined;
  calls = { map: 0, combine: 0, reduce: 0 };
  /** The longest batch that came in. */
  batchBytesMax = 0;
  readonly known: KnownFunctions;

  constructor(program: Program, pairsPerHandOver = 3, known = noneKnown) {
    this.known = known;
    const { reduce, combine, partition } = program;
    this.functions = { reduce: !!reduce, combine: !!combine, partition: !!partition };
    this.#program = program;
    this.#pairsPerHandOver = pairsPerHandOver;
  }

  begin(context: AttemptContext, sink: PairSink): void {
    assert(this.#state === 'loaded', 'begun once');
    this.#state = 'begun';
    this.#context = context;
    this.#sink = sink;
    this.#enter(sink, emit => this.#program.setup?.(emit));
  }

  mapBlock(block: RecordBlock): void {
    this.calls.map++;
    const lines = Buffer.from(block.bytes).toString().split('\n').slice(0, block.records);
    this.#enter(this.#sink, emit => {
      for (const line of lines) this.#program.map(line, emit);
    });
  }

  combine(groups: GroupSource, sink: PairSink): void {
    this.calls.combine++;
    this.#enter(sink, emit => this.#overGroups(groups, this.#program.combine!, emit));
  }

  reduce(groups: GroupSource): void {
    this.calls.reduce++;
    this.#enter(this.#sink, emit => this.#overGroups(groups, this.#program.reduce!, emit));
  }

  end(): AttemptNotes {
    this.#enter(this.#sink, emit => this.#program.teardown?.(emit));
    this.#state = 'ended';
    return { userCounters: { calls: 1 }, logLines: ['ended'] };
  }

  [Symbol.dispose](): void {}

  #enter(sink: PairSink, call: (emit: Emit) => void): void {
    assert(this.#state === 'begun', 'begin comes first, end last');
    assert(!this.#entered, 'called from within a sink');
    this.#entered = true;
    let held: Pair[] = [];
    const handOver = () => {
      const pairs = held;
      held = [];
      if (pairs.length > 0) sink(pairBlock(pairs, this.#partitionsOf(pairs)));
    };
    call((key, value) => {
      held.push({ key, value: JSON.stringify(value) });
      if (held.length === this.#pairsPerHandOver) handOver();
    });
    handOver();
    this.#entered = false;
  }

  #partitionsOf(pairs: readonly Pair[]): number[] | undefined {
    const { partition } = this.#program;
    const reducers = this.#context?.numReducers ?? 0;
    return partition && reducers > 0 ? pairs.map(({ key }) => partition(key, reducers)) : undefined;
  }

  #overGroups(source: GroupSource, call: OverGroups, emit: Emit): void {
    const pieces = new Pieces(() => {
      const batch = source();
      this.batchBytesMax = Math.max(this.batchBytesMax, batch === undefined ? 0 : bytesOf(batch));
      return batch;
    });
    for (let key = pieces.nextGroup(); key !== undefined; key = pieces.nextGroup()) call(key, pieces.values(), emit);
  }
}

/** Groups out of batches, and their values across the batches' borders. */
class Pieces {
  readonly #source: GroupSource;
  #batch: GroupBatch | undefined;
  #pieces: [Key, unknown[]][] = [];
  #piece = 0;
  #value = 0;
  #started = false;

  constructor(source: GroupSource) {
    this.#source = source;
  }

  nextGroup(): Key | undefined {
    if (this.#started) {
      while (!this.#next().done); // what was left unread
      this.#piece++;
      this.#value = 0;
    }
    if (this.#piece === this.#pieces.length) this.#pull(false);
    this.#started = true;
    return this.#pieces[this.#piece]?.[0];
  }

  values(): Iterator<unknown> & Iterable<unknown> {
    const values = { next: () => this.#next(), [Symbol.iterator]: () => values };
    return values;
  }

  #next(): IteratorResult<unknown> {
    const [key, values] = this.#pieces[this.#piece]!;
    if (this.#value < values.length) return { done: false, value: values[this.#value++] };
    if (this.#piece < this.#pieces.length - 1 || !this.#batch?.open) return { done: true, value: undefined };
    this.#pull(true);
    assert.deepEqual(this.#pieces[0]![0], key, 'the continued group');
    return this.#next();
  }

  #pull(continued: boolean): void {
    this.#batch = this.#source();
    this.#pieces = this.#batch === undefined ? [] : piecesOf(this.#batch);
    assert(this.#batch !== undefined || !continued, 'a batch after an open one');
    assert(this.#batch === undefined || this.#batch.continued === continued, 'continued as it should');
    assert((this.#batch?.groups ?? 0) === this.#pieces.length, 'as many pieces as it says');
    for (const [, values] of this.#pieces) assert(values.length > 0, 'no empty piece');
    this.#piece = 0;
    this.#value = 0;
  }
}

function piecesOf({ keys, counts, values }: GroupBatch): [Key, unknown[]][] {
  const row = rowOf(values);
  let start = 0;
  return (JSON.parse(Buffer.from(keys).toString()) as Key[]).map((key, i) => {
    const end = start + counts[i]!;
    const piece: [Key, unknown[]] = [key, row.slice(start, end)];
    start = end;
    return piece;
  });
}

function rowOf(values: GroupBatch['values']): unknown[] {
  if (values.kind === 'numbers') return [...values.numbers];
  if (values.kind === 'strings') return Buffer.from(values.text).toString().split('\n');
  return JSON.parse(Buffer.from(values.json).toString());
}

/** Of the text of a batch. */
function bytesOf({ keys, values }: GroupBatch): number {
  const text = values.kind === 'json' ? values.json : values.kind === 'strings' ? values.text : [];
  return keys.length + text.length;
}
