/**
 * The content of a sort buffer in order: partition by partition, keys ascending, each key's chunks of values in emission order.
 *
 * 1. Counting sort of the distinct keys by partition.
 * 2. Each partition's keys by their bytes (`sort-keys.ts`).
 *
 * Example: keys `b a` with the chunks `1 3` and `2` give a: 2, b: 1 3.
 * Cost: that of sorting the keys, and O(1) a chunk.
 */
import { ByteBuffer } from './byte-buffer.js';
import { chunkFact, chunkFacts } from './chunk-facts.js';
import { endBefore } from './column.js';
import { emptySlice, type GroupCursor, type Slice } from './group-cursor.js';
import { keyFact, keyFacts } from './key-table.js';
import { sortKeys } from './sort-keys.js';
import {
  appendNumbers,
  type ChunkKind,
  doubleBytes,
  emptyChunk,
  kindsPerCount,
  type ValueChunk,
} from './value-chunk.js';

/** What the buffer holds, in its own arrays: see `GroupBuffer` and `KeyTable`. */
export interface GroupColumns {
  readonly partitions: number;
  readonly keyCount: number;
  readonly keys: Uint8Array;
  readonly keyFacts: Uint32Array;
  /** The value that stands before a key's first chunk; NaN where none does. */
  readonly sumOf: (key: number) => number;
  readonly chunks: Uint32Array;
  readonly values: Uint8Array;
}

export class SortedGroups {
  readonly #columns: GroupColumns;
  /** Partition p's keys are `#keyOrder[#partitionEnds[p - 1] .. #partitionEnds[p]]`. */
  readonly #partitionEnds: Uint32Array;
  readonly #keyOrder: Uint32Array;

  constructor(columns: GroupColumns) {
    this.#columns = columns;
    this.#partitionEnds = countedEnds(columns);
    this.#keyOrder = distribute(columns, this.#partitionEnds);
    let start = 0;
    for (const end of this.#partitionEnds) {
      sortKeys(columns, this.#keyOrder.subarray(start, end));
      start = end;
    }
  }

  /** The groups of one partition. */
  readPartition(partition: number): GroupCursor {
    const start = endBefore(this.#partitionEnds, partition);
    const end = this.#partitionEnds[partition] ?? 0;
    return new BufferCursor(this.#columns, this.#keyOrder.subarray(start, end));
  }
}

/** For each partition, how many keys are in it or in one before it. */
function countedEnds({ keyFacts: facts, keyCount, partitions }: GroupColumns): Uint32Array {
  const ends = new Uint32Array(partitions);
  for (let key = 0; key < keyCount; key++) {
    const partition = facts[key * keyFacts + keyFact.partition] as number;
    ends[partition] = (ends[partition] as number) + 1;
  }
  for (let p = 1; p < partitions; p++) ends[p] = (ends[p] as number) + (ends[p - 1] as number);
  return ends;
}

/** The keys' numbers in order of their partitions. */
function distribute({ keyFacts: facts, keyCount }: GroupColumns, ends: Uint32Array): Uint32Array {
  const next = new Uint32Array(ends.length);
  next.set(ends.subarray(0, -1), 1);
  const order = new Uint32Array(keyCount);
  for (let key = 0; key < keyCount; key++) {
    const partition = facts[key * keyFacts + keyFact.partition] as number;
    const place = next[partition] as number;
    order[place] = key;
    next[partition] = place + 1;
  }
  return order;
}

/**
 * Reads keys in an order that has nothing to do with the one in which they came, so each place it looks at is far from the one before, and takes
 * the processor as long to come by as a hundred operations. Unless it knows of several: it fetches them side by side. So the cursor looks at many
 * keys ahead, at one kind of place after the other, and finds all of it in the cache when it comes to them.
 */
const keysAhead = 32;

class BufferCursor implements GroupCursor {
  readonly key: Slice = emptySlice();
  readonly chunk: ValueChunk = emptyChunk();
  readonly #columns: GroupColumns;
  readonly #order: Uint32Array;
  #rank = 0;
  /** What the places ahead hold: for nobody, so that they are looked at. */
  readonly #seen = new Int32Array(1);
  /** Plus 1; 0 is none. */
  #nextChunk = 0;
  readonly #sum = new Float64Array([NaN]);
  readonly #encoded = new ByteBuffer(doubleBytes, doubleBytes);

  constructor(columns: GroupColumns, order: Uint32Array) {
    this.#columns = columns;
    this.#order = order;
    this.key.bytes = columns.keys;
  }

  nextGroup(): boolean {
    this.#nextChunk = 0;
    if (this.#rank >= this.#order.length) return false;
    if (this.#rank % keysAhead === 0) this.#lookAhead();
    const facts = this.#columns.keyFacts;
    const key = this.#order[this.#rank++] as number;
    this.#sum[0] = this.#columns.sumOf(key);
    const at = key * keyFacts;
    this.key.start = facts[at + keyFact.start] as number;
    this.key.end = facts[at + keyFact.end] as number;
    this.#nextChunk = facts[at + keyFact.firstChunk] as number;
    return true;
  }

  #lookAhead(): void {
    const { keyFacts: facts, keys, chunks, values } = this.#columns;
    const order = this.#order;
    const first = this.#rank;
    const end = Math.min(first + keysAhead, order.length);
    let seen = 0;
    for (let i = first; i < end; i++) seen ^= facts[(order[i] as number) * keyFacts] as number;
    for (let i = first; i < end; i++) {
      const at = (order[i] as number) * keyFacts;
      const chunk = facts[at + keyFact.firstChunk] as number;
      seen ^= keys[facts[at + keyFact.start] as number] as number;
      if (chunk !== 0) seen ^= chunks[(chunk - 1) * chunkFacts + chunkFact.end] as number;
    }
    for (let i = first; i < end; i++) {
      const chunk = facts[(order[i] as number) * keyFacts + keyFact.firstChunk] as number;
      if (chunk === 0) continue;
      const at = (chunk - 1) * chunkFacts;
      const start = chunks[at + chunkFact.start] as number;
      seen ^= (values[start] as number) ^ (values[(chunks[at + chunkFact.end] as number) - 1] as number);
    }
    this.#seen[0] = seen;
  }

  nextChunk(): boolean {
    if (!Number.isNaN(this.#sum[0])) return this.#takeSum();
    if (this.#nextChunk === 0) return false;
    const { chunks, values } = this.#columns;
    this.chunk.bytes = values;
    const at = (this.#nextChunk - 1) * chunkFacts;
    const valuesAndKind = chunks[at + chunkFact.valuesAndKind] as number;
    const kind = valuesAndKind % kindsPerCount;
    this.chunk.kind = kind as ChunkKind;
    this.chunk.count = (valuesAndKind - kind) / kindsPerCount;
    this.chunk.start = chunks[at + chunkFact.start] as number;
    this.chunk.end = chunks[at + chunkFact.end] as number;
    this.#nextChunk = chunks[at + chunkFact.next] as number;
    return true;
  }

  #takeSum(): boolean {
    this.#encoded.clear();
    this.chunk.kind = appendNumbers(this.#encoded, this.#sum, 1);
    this.chunk.count = 1;
    this.chunk.bytes = this.#encoded.view();
    this.chunk.start = 0;
    this.chunk.end = this.#encoded.length;
    this.#sum[0] = NaN;
    return true;
  }
}
