/**
 * The sort buffer of a map attempt: holds pairs until they are read out sorted, or until it is full and its owner spills it.
 *
 * A key's bytes are stored once, found again by an open-addressing hash table; a pair costs one entry in a log of key
 * numbers and value ends, in emission order, with the values' JSON text one after the other in an arena. Reading out sorts
 * only the distinct keys, then hands every log entry to its key by a counting sort (`sorted-groups.ts`): values of
 * a key keep emission order, and a pair costs O(1) however often its key comes.
 *
 * The hash that finds a key is also the one that picks its partition, unless the pair says its partition. A key that is
 * given two partitions is two groups.
 *
 * Call order: `add` until it takes less than all; then `sorted`, write, `clear`, and `add` the rest.
 * Invariant: `bytesHeld` depends on the pairs alone, never on time, so equal input spills at equal places.
 * Example: a→1, b→2, a→3 is keys `a b`, log `0 1 0`, values `123`; it reads out as a: 1 3, b: 2.
 * Cost: about 50 ns a pair, 12 bytes and its value; 48 bytes and its bytes for a new key. Arrays double, so up to twice that.
 */
import { endBefore, withRoom } from './column.js';
import { compareBytes } from './key-encoding.js';
import { hashKey, partitionOf } from './partition.js';
import type { PairBlock } from './program.js';
import { SortedGroups } from './sorted-groups.js';

/** Log entry, value end, and its place in the counting sort. */
const recordOverheadBytes = 12;
/** Key end, hash, partition, count, two table slots, and sorting: number, prefix, first value. */
const keyOverheadBytes = 48;
const firstLength = 1024;
/** Odd, and far from the hash's own multipliers: spreads one key's partitions over the table. */
const partitionMix = 0x9e3779b1;
/** Positions are stored in 32 bits; a single pair may go past the limit. */
const limitBytesMax = 2 ** 31;

export interface GroupBufferOptions {
  /** R, at least 1. */
  readonly partitions: number;
  readonly limitBytes: number;
}

export class GroupBuffer {
  readonly #partitions: number;
  readonly #limitBytes: number;
  #bytesHeld = 0;

  /** Per distinct key, by number. Key k is `#keys[#keyEnds[k - 1] .. #keyEnds[k]]`. */
  #keyCount = 0;
  #keys = new Uint8Array(firstLength);
  #keyEnds = new Uint32Array(firstLength);
  #keyHashes = new Uint32Array(firstLength);
  #keyPartitions = new Uint32Array(firstLength);
  #keyRecords = new Uint32Array(firstLength);
  /** Key number + 1, or 0 where nothing is. A power of two long, at most half full. */
  #slots = new Uint32Array(firstLength);

  /** Per pair, in emission order. */
  #records = 0;
  #logKeys = new Uint32Array(firstLength);
  #valueEnds = new Uint32Array(firstLength);
  #values = new Uint8Array(firstLength);

  constructor(options: GroupBufferOptions) {
    if (options.limitBytes > limitBytesMax) {
      throw new RangeError(`a sort buffer holds at most ${limitBytesMax} bytes, not ${options.limitBytes}`);
    }
    this.#partitions = options.partitions;
    this.#limitBytes = options.limitBytes;
  }

  /** Bytes of keys, values and bookkeeping. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** Pairs held. */
  get records(): number {
    return this.#records;
  }

  /**
   * Takes pairs from number `from` on until it is full; an empty buffer always takes at least one.
   * @returns the number of the first pair that was not taken; `pairs.count` if all were
   */
  add(pairs: PairBlock, from = 0): number {
    const { count, keyBytes, keyEnds, valueEnds, partitions } = pairs;
    this.#logKeys = withRoom(this.#logKeys, this.#records + count - from);
    this.#valueEnds = withRoom(this.#valueEnds, this.#records + count - from);
    const base = endBefore(this.#valueEnds, this.#records);
    const valueStart = endBefore(valueEnds, from);
    let keyStart = endBefore(keyEnds, from);
    let valueEnd = valueStart;
    let i = from;
    for (; i < count; i++) {
      const keyEnd = keyEnds[i] as number;
      const nextValueEnd = valueEnds[i] as number;
      const bytes = nextValueEnd - valueEnd + recordOverheadBytes;
      // As if the key were new: at the brim, a pair too few costs nothing.
      const full = this.#bytesHeld + bytes + keyEnd - keyStart + keyOverheadBytes > this.#limitBytes;
      if (full && this.#records > 0) break;
      const key = this.#keyNumber(keyBytes, keyStart, keyEnd, partitions?.[i]);
      this.#keyRecords[key] = (this.#keyRecords[key] as number) + 1;
      this.#logKeys[this.#records] = key;
      this.#valueEnds[this.#records] = base + nextValueEnd - valueStart;
      this.#records++;
      this.#bytesHeld += bytes;
      keyStart = keyEnd;
      valueEnd = nextValueEnd;
    }
    this.#values = withRoom(this.#values, base + valueEnd - valueStart);
    this.#values.set(pairs.valueBytes.subarray(valueStart, valueEnd), base);
    return i;
  }

  /** What is held, sorted. Valid until the next `add` or `clear`. */
  sorted(): SortedGroups {
    return new SortedGroups({
      partitions: this.#partitions,
      keyCount: this.#keyCount,
      keys: this.#keys,
      keyEnds: this.#keyEnds,
      keyPartitions: this.#keyPartitions,
      keyRecords: this.#keyRecords,
      records: this.#records,
      logKeys: this.#logKeys,
      values: this.#values,
      valueEnds: this.#valueEnds,
    });
  }

  /** Empties it and keeps its memory. */
  clear(): void {
    this.#keyRecords.fill(0, 0, this.#keyCount);
    this.#slots.fill(0);
    this.#keyCount = 0;
    this.#records = 0;
    this.#bytesHeld = 0;
  }

  /** The number of a key: that of its first pair, or a new one. */
  #keyNumber(bytes: Uint8Array, start: number, end: number, partition: number | undefined): number {
    const keyHash = hashKey(bytes, start, end);
    const chosen = partition ?? partitionOf(keyHash, this.#partitions);
    if (chosen >= this.#partitions) throw new RangeError(`partition ${chosen} is not below ${this.#partitions}`);
    const hash = partition === undefined ? keyHash : (keyHash ^ Math.imul(partition, partitionMix)) >>> 0;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let held = this.#slots[slot] as number; held !== 0; held = this.#slots[slot] as number) {
      if (this.#isKey(held - 1, hash, chosen, bytes, start, end)) return held - 1;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#keyCount + 1;
    return this.#addKey(hash, chosen, bytes, start, end);
  }

  #isKey(key: number, hash: number, partition: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#keyHashes[key] !== hash || this.#keyPartitions[key] !== partition) return false;
    const keyStart = endBefore(this.#keyEnds, key);
    return compareBytes(this.#keys, keyStart, this.#keyEnds[key] as number, bytes, start, end) === 0;
  }

  #addKey(hash: number, partition: number, bytes: Uint8Array, start: number, end: number): number {
    const key = this.#keyCount++;
    const at = endBefore(this.#keyEnds, key);
    this.#keys = withRoom(this.#keys, at + end - start);
    for (let from = start, to = at; from < end; from++, to++) this.#keys[to] = bytes[from] as number;
    this.#keyEnds = withRoom(this.#keyEnds, key + 1);
    this.#keyHashes = withRoom(this.#keyHashes, key + 1);
    this.#keyPartitions = withRoom(this.#keyPartitions, key + 1);
    this.#keyRecords = withRoom(this.#keyRecords, key + 1);
    this.#keyEnds[key] = at + end - start;
    this.#keyHashes[key] = hash;
    this.#keyPartitions[key] = partition;
    this.#bytesHeld += end - start + keyOverheadBytes;
    if (this.#keyCount * 2 > this.#slots.length) this.#growSlots();
    return key;
  }

  #growSlots(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let key = 0; key < this.#keyCount; key++) {
      let slot = (this.#keyHashes[key] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = key + 1;
    }
    this.#slots = slots;
  }
}
