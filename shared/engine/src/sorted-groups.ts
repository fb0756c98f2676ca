/**
 * The content of a sort buffer in order: partition by partition, keys ascending, each key's values in emission order.
 *
 * 1. Counting sort of the distinct keys by partition.
 * 2. Each partition's keys by their six-byte prefix, ties by the bytes.
 * 3. Counting sort of the log by key: since each key knows how many values it has, one pass over the log puts every
 *    entry's number into place, and entries of a key keep their order.
 *
 * Example: keys `b a`, log `0 1 0` (b, a, b) gives the key order `1 0` and the value order `1 0 2`.
 * Cost: O(k log k + n) for k keys and n pairs.
 */
import { endBefore } from './column.js';
import { emptySlice, type GroupCursor, type Slice } from './group-cursor.js';
import { compareBytes } from './key-encoding.js';
import { keyPrefix } from './key-prefix.js';

/** What the buffer holds, in its own arrays: see `GroupBuffer`. */
export interface GroupColumns {
  readonly partitions: number;
  readonly keyCount: number;
  readonly keys: Uint8Array;
  readonly keyEnds: Uint32Array;
  readonly keyPartitions: Uint32Array;
  readonly keyRecords: Uint32Array;
  readonly records: number;
  readonly logKeys: Uint32Array;
  readonly values: Uint8Array;
  readonly valueEnds: Uint32Array;
}

export class SortedGroups {
  readonly #columns: GroupColumns;
  /** Partition p's keys are `#keyOrder[#partitionEnds[p - 1] .. #partitionEnds[p]]`. */
  readonly #partitionEnds: Uint32Array;
  readonly #keyOrder: Uint32Array;
  /** The key of rank r has the log entries `#logOrder[#valueEnds[r - 1] .. #valueEnds[r]]`. */
  readonly #rankEnds: Uint32Array;
  readonly #logOrder: Uint32Array;

  constructor(columns: GroupColumns) {
    this.#columns = columns;
    this.#partitionEnds = countedEnds(columns.keyPartitions, columns.keyCount, columns.partitions);
    this.#keyOrder = distribute(columns.keyPartitions, columns.keyCount, this.#partitionEnds);
    sortKeys(columns, this.#keyOrder, this.#partitionEnds);
    this.#rankEnds = new Uint32Array(columns.keyCount);
    this.#logOrder = this.#orderLog();
  }

  /** The groups of one partition. */
  readPartition(partition: number): GroupCursor {
    return new BufferCursor(
      this.#columns,
      { order: this.#keyOrder, ends: this.#rankEnds, log: this.#logOrder },
      endBefore(this.#partitionEnds, partition),
      this.#partitionEnds[partition] ?? 0,
    );
  }

  #orderLog(): Uint32Array {
    const { keyCount, keyRecords, records, logKeys } = this.#columns;
    const next = new Uint32Array(keyCount);
    for (let rank = 0, at = 0; rank < keyCount; rank++) {
      const key = this.#keyOrder[rank] as number;
      next[key] = at;
      at += keyRecords[key] as number;
      this.#rankEnds[rank] = at;
    }
    const order = new Uint32Array(records);
    for (let record = 0; record < records; record++) {
      const key = logKeys[record] as number;
      const place = next[key] as number;
      order[place] = record;
      next[key] = place + 1;
    }
    return order;
  }
}

/** For each class, how many of the first `count` elements are of it or of one before it. */
function countedEnds(classes: Uint32Array, count: number, classCount: number): Uint32Array {
  const ends = new Uint32Array(classCount);
  for (let i = 0; i < count; i++) {
    const c = classes[i] as number;
    ends[c] = (ends[c] as number) + 1;
  }
  for (let c = 1; c < classCount; c++) ends[c] = (ends[c] as number) + (ends[c - 1] as number);
  return ends;
}

/** The numbers 0 … count - 1 in order of their classes. */
function distribute(classes: Uint32Array, count: number, ends: Uint32Array): Uint32Array {
  const next = new Uint32Array(ends.length);
  next.set(ends.subarray(0, -1), 1);
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const c = classes[i] as number;
    const place = next[c] as number;
    order[place] = i;
    next[c] = place + 1;
  }
  return order;
}

function sortKeys(columns: GroupColumns, order: Uint32Array, partitionEnds: Uint32Array): void {
  const { keyCount, keys, keyEnds } = columns;
  const prefixes = new Float64Array(keyCount);
  for (let key = 0; key < keyCount; key++) {
    prefixes[key] = keyPrefix(keys, endBefore(keyEnds, key), keyEnds[key] as number);
  }
  const compare = (a: number, b: number) => {
    const difference = (prefixes[a] as number) - (prefixes[b] as number);
    if (difference !== 0) return difference;
    const aEnd = keyEnds[a] as number;
    const bEnd = keyEnds[b] as number;
    return compareBytes(keys, endBefore(keyEnds, a), aEnd, keys, endBefore(keyEnds, b), bEnd);
  };
  let start = 0;
  for (const end of partitionEnds) {
    if (end - start > 1) order.subarray(start, end).sort(compare);
    start = end;
  }
}

/** Ranks and log places: see `SortedGroups`. */
interface Ranks {
  readonly order: Uint32Array;
  readonly ends: Uint32Array;
  readonly log: Uint32Array;
}

class BufferCursor implements GroupCursor {
  readonly key: Slice = emptySlice();
  readonly value: Slice = emptySlice();
  readonly #columns: GroupColumns;
  readonly #ranks: Ranks;
  readonly #lastRank: number;
  #nextRank: number;
  #nextPlace = 0;
  #placeEnd = 0;

  constructor(columns: GroupColumns, ranks: Ranks, start: number, end: number) {
    this.#columns = columns;
    this.#ranks = ranks;
    this.#nextRank = start;
    this.#lastRank = end;
    this.key.bytes = columns.keys;
    this.value.bytes = columns.values;
  }

  nextGroup(): boolean {
    if (this.#nextRank >= this.#lastRank) {
      this.#nextPlace = this.#placeEnd;
      return false;
    }
    const rank = this.#nextRank++;
    const key = this.#ranks.order[rank] as number;
    this.key.start = endBefore(this.#columns.keyEnds, key);
    this.key.end = this.#columns.keyEnds[key] as number;
    this.#nextPlace = endBefore(this.#ranks.ends, rank);
    this.#placeEnd = this.#ranks.ends[rank] as number;
    return true;
  }

  nextValue(): boolean {
    if (this.#nextPlace >= this.#placeEnd) return false;
    const record = this.#ranks.log[this.#nextPlace++] as number;
    this.value.start = endBefore(this.#columns.valueEnds, record);
    this.value.end = this.#columns.valueEnds[record] as number;
    return true;
  }
}
