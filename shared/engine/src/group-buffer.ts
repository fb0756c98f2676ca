/**
 * The sort buffer of a map attempt: holds pairs until they are read out sorted, or until it is full and its owner spills it.
 *
 * A key's bytes are stored once (`key-table.ts`). Values are stored as chunks, in the very bytes in which segments hold them
 * (`value-chunk.ts`): each block of pairs that comes in adds one chunk per key that it has, behind the key's last one. So values of a key
 * keep emission order, reading out sorts only the distinct keys, and nothing is looked at value by value any more.
 *
 * A block is taken in three passes, all within memory that the processor's cache holds: find each pair's key and count its values and bytes;
 * give each of these keys a chunk, one behind the other; write each value where its key's chunk goes on.
 *
 * If the combiner is known to add numbers up (`known-function.ts`), they are added as they come: a key then has the sum of the numbers that came before its
 * first chunk instead of a chunk of them, and reads out as that one value, followed by its chunks.
 *
 * If whoever gets the values is known to look at distinct ones only, a value that repeats its key's last one is left out as it comes. That costs a comparison
 * a pair; an index over files has one value a key and file left, and next to nothing to sort, write and merge.
 *
 * Call order: `add` until it takes less than all; then `sorted`, write, `clear`, and `add` the rest.
 * Invariant: `bytesHeld` depends on the pairs and their blocks alone, never on time, so equal input spills at equal places.
 * Example: a→1, b→2, a→3 in one block is keys `a b`, chunks `1 3` of a and `2` of b.
 * Cost: about 40 ns a pair and the bytes of its value; 16 bytes for a chunk; `keyOverheadBytes` and its bytes for a new key. Arrays double, so up to twice that.
 */
import { chunkFact, chunkFacts } from './chunk-facts.js';
import { endBefore, withRoom } from './column.js';
import { copyShort, shortCopyBytesMax, viewOf } from './copy-bytes.js';
import { KeyTable, keyFact, keyFacts, keyOverheadBytes, keysSoughtAhead } from './key-table.js';
import type { PairBlock } from './program.js';
import { SortedGroups } from './sorted-groups.js';
import { chunkKinds, doubleBytes, kindsPerCount } from './value-chunk.js';
import type { NumberColumn, TextColumn, ValueColumn } from './value-column.js';

const chunkOverheadBytes = chunkFacts * Uint32Array.BYTES_PER_ELEMENT;
const firstLength = 1024;
/** Positions are stored in 32 bits; a single block may go past the limit. */
const limitBytesMax = 2 ** 31;
/** Instead of a key: the pair's number was added to its key's sum, or its value left out. */
const noKey = 0xffff_ffff;
/** Lists and objects are never the same, however they look. */
const compoundStarts: readonly number[] = [0x5b, 0x7b];

export interface GroupBufferOptions {
  /** R, at least 1. */
  readonly partitions: number;
  readonly limitBytes: number;
  /** Whether numbers of a key may be added up: see `SummedGroups`, which says when that changes nothing. */
  readonly sums?: boolean;
  /** Whether values that repeat a value of their key may be left out: see `known-function.ts`. Not together with `sums`. */
  readonly distinct?: boolean;
}

export class GroupBuffer {
  #partitions: number;
  #limitBytes: number;
  readonly #table: KeyTable;
  #bytesHeld = 0;
  #records = 0;
  #values = new Uint8Array(firstLength);
  #valuesUsed = 0;
  #chunks = new Uint32Array(firstLength * chunkFacts);
  #chunkCount = 0;
  /** Of the block at hand: each pair's key, and the keys that it has, in the order in which they came first. */
  #pairKeys = new Uint32Array(firstLength);
  #blockKeys = new Uint32Array(firstLength);
  #blockKeyCount = 0;
  #sums = false;
  #distinct = false;
  #addedAway = 0;

  constructor(options: GroupBufferOptions) {
    this.#partitions = options.partitions;
    this.#limitBytes = options.limitBytes;
    this.#table = new KeyTable();
    this.reuse(options);
  }

  /** Empties it for another use, and keeps its memory. */
  reuse({ partitions, limitBytes, sums = false, distinct = false }: GroupBufferOptions): void {
    if (limitBytes > limitBytesMax) {
      throw new RangeError(`a sort buffer holds at most ${limitBytesMax} bytes, not ${limitBytes}`);
    }
    this.clear();
    this.#partitions = partitions;
    this.#limitBytes = limitBytes;
    this.#table.partitions = partitions;
    this.#sums = sums;
    this.#distinct = distinct;
  }

  /** Bytes of keys, values and bookkeeping. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** Pairs held. */
  get records(): number {
    return this.#records;
  }

  /** Of these: values that are no more, because they became part of a sum, less the sums; or because they were left out. */
  get addedAway(): number {
    return this.#addedAway;
  }

  /**
   * Takes pairs from number `from` on until it is full; an empty buffer always takes at least one.
   * @returns the number of the first pair that was not taken; `pairs.count` if all were
   */
  add(pairs: PairBlock, from = 0): number {
    this.#pairKeys = withRoom(this.#pairKeys, pairs.count);
    const to = this.#countPairs(pairs, from);
    this.#records += to - from;
    if (this.#blockKeyCount === 0) return to;
    this.#placeChunks(pairs.values.kind === 'texts');
    if (pairs.values.kind === 'texts') this.#writeTexts(pairs.values, from, to);
    else this.#writeNumbers(pairs.values, from, to);
    return to;
  }

  /** What is held, sorted. Valid until the next `add` or `clear`. */
  sorted(): SortedGroups {
    return new SortedGroups({
      partitions: this.#partitions,
      keyCount: this.#table.count,
      keys: this.#table.bytes,
      keyFacts: this.#table.facts,
      sumOf: this.#distinct ? () => NaN : key => this.#table.sumOf(key),
      chunks: this.#chunks,
      values: this.#values,
    });
  }

  /** Empties it and keeps its memory. */
  clear(): void {
    this.#addedAway = 0;
    this.#table.clear();
    this.#valuesUsed = 0;
    this.#chunkCount = 0;
    this.#records = 0;
    this.#bytesHeld = 0;
  }

  /** First pass. Returns the number of the first pair that does not fit any more. */
  #countPairs(pairs: PairBlock, from: number): number {
    const { count, keyBytes, keyEnds, values, partitions } = pairs;
    const table = this.#table;
    const limit = this.#limitBytes - keyOverheadBytes - chunkOverheadBytes;
    const view = viewOf(keyBytes);
    let keyStart = endBefore(keyEnds, from);
    this.#blockKeyCount = 0;
    let i = from;
    for (; i < count; i++) {
      if ((i - from) % keysSoughtAhead === 0) table.seekAhead(view, keyStart, keyEnds, i, count);
      const keyEnd = keyEnds[i] as number;
      const bytes = valueSize(values, i);
      // As if the key were new: at the brim, a pair too few costs nothing.
      const isFull = this.#bytesHeld + bytes + keyEnd - keyStart > limit;
      if (isFull && (i > from || this.#records > 0)) break;
      const keysBefore = table.count;
      const key = table.find(keyBytes, view, keyStart, keyEnd, partitions?.[i]);
      if (key === keysBefore) this.#beginKey(key, keyEnd - keyStart);
      keyStart = keyEnd;
      if (this.#absorb(key, values, i)) this.#pairKeys[i] = noKey;
      else this.#countPair(i, key, bytes, values.kind === 'numbers' && bytes === doubleBytes);
    }
    return i;
  }

  /** Returns whether the value needs no place: it was added up, or is left out. */
  #absorb(key: number, values: ValueColumn, i: number): boolean {
    if (this.#distinct) return this.#repeats(key, values, i);
    return this.#sums && values.kind === 'numbers' && this.#addUp(key, values.numbers[i] as number);
  }

  #beginKey(key: number, length: number): void {
    this.#bytesHeld += keyOverheadBytes + length;
    if (!this.#distinct) return;
    const { facts } = this.#table;
    facts[key * keyFacts + keyFact.blockLast] = 0;
    facts[key * keyFacts + keyFact.lastText] = 0;
  }

  /** Returns whether the value is that of the key's last pair that was kept: the last of this block, or its last text of those before. */
  #repeats(key: number, values: ValueColumn, i: number): boolean {
    const { facts } = this.#table;
    const at = key * keyFacts;
    const last = facts[at + keyFact.blockLast] as number;
    const repeats =
      last === 0 ? this.#isLastText(facts[at + keyFact.lastText] as number, values, i) : areSame(values, i, last - 1);
    if (repeats) this.#addedAway++;
    else facts[at + keyFact.blockLast] = i + 1;
    return repeats;
  }

  /** @param place of a text among the values that are held, plus 1; or 0 */
  #isLastText(place: number, values: ValueColumn, i: number): boolean {
    if (place === 0 || values.kind !== 'texts') return false;
    const start = endBefore(values.ends, i);
    let at = place - 1;
    for (let rest = (values.ends[i] as number) - start; ; rest >>>= 7) {
      if (this.#values[at++] !== (rest > 127 ? (rest & 127) | 128 : rest)) return false;
      if (rest <= 127) break;
    }
    return areSameTexts(values.bytes, start, values.ends[i] as number, this.#values, at);
  }

  #countPair(pair: number, key: number, bytes: number, isDouble: boolean): void {
    const { facts } = this.#table;
    const at = key * keyFacts;
    const before = facts[at + keyFact.blockValues] as number;
    if (before === 0) {
      this.#bytesHeld += chunkOverheadBytes;
      this.#blockKeys = withRoom(this.#blockKeys, this.#blockKeyCount + 1);
      this.#blockKeys[this.#blockKeyCount++] = key;
    }
    facts[at + keyFact.blockValues] = before + 1;
    facts[at + keyFact.blockBytes] = (facts[at + keyFact.blockBytes] as number) + bytes;
    if (isDouble) facts[at + keyFact.blockDoubles] = 1;
    this.#pairKeys[pair] = key;
    this.#bytesHeld += bytes;
  }

  /** Returns whether the number is part of the key's sum now: unless it has chunks, or the sum would be none that a value can be. */
  #addUp(key: number, number: number): boolean {
    const { facts } = this.#table;
    const at = key * keyFacts;
    if (facts[at + keyFact.firstChunk] !== 0 || facts[at + keyFact.blockValues] !== 0) return false;
    const before = this.#table.sumOf(key);
    const sum = Number.isNaN(before) ? number : before + number;
    if (!Number.isFinite(sum)) return false;
    this.#table.setSum(key, sum);
    if (!Number.isNaN(before)) this.#addedAway++;
    return true;
  }

  /** Second pass: a chunk for each key of the block. Then a key's `blockBytes` says where its first value goes. */
  #placeChunks(areTexts: boolean): void {
    const { facts } = this.#table;
    this.#chunks = withRoom(this.#chunks, (this.#chunkCount + this.#blockKeyCount) * chunkFacts);
    const chunks = this.#chunks;
    let start = this.#valuesUsed;
    for (let i = 0; i < this.#blockKeyCount; i++) {
      const at = (this.#blockKeys[i] as number) * keyFacts;
      const count = facts[at + keyFact.blockValues] as number;
      const areDoubles = facts[at + keyFact.blockDoubles] === 1;
      const counted = facts[at + keyFact.blockBytes] as number;
      const bytes = areDoubles ? count * doubleBytes : counted;
      const kind = areTexts ? chunkKinds.texts : areDoubles ? chunkKinds.doubles : chunkKinds.integers;
      this.#bytesHeld += bytes - counted;
      facts[at + keyFact.blockBytes] = start;
      const chunk = this.#chunkCount++;
      const c = chunk * chunkFacts;
      chunks[c + chunkFact.next] = 0;
      chunks[c + chunkFact.start] = start;
      start += bytes;
      chunks[c + chunkFact.end] = start;
      chunks[c + chunkFact.valuesAndKind] = count * kindsPerCount + kind;
      const last = facts[at + keyFact.lastChunk] as number;
      if (last === 0) facts[at + keyFact.firstChunk] = chunk + 1;
      else chunks[(last - 1) * chunkFacts + chunkFact.next] = chunk + 1;
      facts[at + keyFact.lastChunk] = chunk + 1;
    }
    this.#valuesUsed = start;
    this.#values = withRoom(this.#values, start);
  }

  /** Third pass, of numbers. */
  #writeNumbers({ numbers }: NumberColumn, from: number, to: number): void {
    const { facts } = this.#table;
    const target = this.#values;
    for (let i = from; i < to; i++) {
      const key = this.#pairKeys[i] as number;
      if (key === noKey) continue;
      const at = key * keyFacts;
      let end = facts[at + keyFact.blockBytes] as number;
      if (facts[at + keyFact.blockDoubles] === 0) {
        let rest = numbers[i] as number;
        for (; rest > 127; rest >>>= 7) target[end++] = (rest & 127) | 128;
        target[end++] = rest;
      } else {
        oneDouble[0] = numbers[i] as number;
        for (let b = 0; b < doubleBytes; b++) target[end++] = oneDoublesBytes[b] as number;
      }
      facts[at + keyFact.blockBytes] = end;
    }
    this.#endBlock(facts);
  }

  /** Third pass, of texts. */
  #writeTexts({ bytes, ends }: TextColumn, from: number, to: number): void {
    const { facts } = this.#table;
    const target = this.#values;
    const targetView = viewOf(target);
    const sourceView = viewOf(bytes);
    let start = endBefore(ends, from);
    for (let i = from; i < to; i++) {
      const key = this.#pairKeys[i] as number;
      const valueEnd = ends[i] as number;
      if (key === noKey) {
        start = valueEnd;
        continue;
      }
      const at = key * keyFacts;
      let end = facts[at + keyFact.blockBytes] as number;
      if (this.#distinct) facts[at + keyFact.lastText] = end + 1;
      let rest = valueEnd - start;
      for (; rest > 127; rest >>>= 7) target[end++] = (rest & 127) | 128;
      target[end++] = rest;
      const length = valueEnd - start;
      if (length <= shortCopyBytesMax) copyShort(targetView, end, sourceView, start, length);
      else target.set(bytes.subarray(start, valueEnd), end);
      end += length;
      facts[at + keyFact.blockBytes] = end;
      start = valueEnd;
    }
    this.#endBlock(facts);
  }

  #endBlock(facts: Uint32Array): void {
    for (let i = 0; i < this.#blockKeyCount; i++) {
      const at = (this.#blockKeys[i] as number) * keyFacts;
      // A call of `fill` for each takes longer than all of this.
      facts[at + keyFact.blockValues] = 0;
      facts[at + keyFact.blockBytes] = 0;
      facts[at + keyFact.blockDoubles] = 0;
      if (this.#distinct) facts[at + keyFact.blockLast] = 0;
    }
  }
}

const oneDouble = new Float64Array(1);
const oneDoublesBytes = new Uint8Array(oneDouble.buffer);

/** Whether two values of a block are the same to a `Set`. */
function areSame(values: ValueColumn, a: number, b: number): boolean {
  if (values.kind === 'numbers') return values.numbers[a] === values.numbers[b];
  const { bytes, ends } = values;
  const start = endBefore(ends, a);
  const startOfOther = endBefore(ends, b);
  const end = ends[a] as number;
  return end - start === (ends[b] as number) - startOfOther && areSameTexts(bytes, start, end, bytes, startOfOther);
}

function areSameTexts(
  bytes: Uint8Array,
  start: number,
  end: number,
  others: Uint8Array,
  startOfOther: number,
): boolean {
  if (compoundStarts.includes(bytes[start] as number)) return false;
  for (let i = start, other = startOfOther; i < end; i++, other++) if (bytes[i] !== others[other]) return false;
  return true;
}

function valueSize(values: ValueColumn, i: number): number {
  return values.kind === 'texts' ? textSize(values, i) : numberSize(values.numbers[i] as number);
}

/** No varint is as long as a double. */
function numberSize(number: number): number {
  return number >>> 0 === number ? varintSize(number) : doubleBytes;
}

/** Bytes of a varint below 2^32. */
function varintSize(number: number): number {
  if (number < 1 << 7) return 1;
  if (number < 1 << 14) return 2;
  if (number < 1 << 21) return 3;
  return number < 1 << 28 ? 4 : 5;
}

function textSize({ ends }: TextColumn, i: number): number {
  const length = (ends[i] as number) - endBefore(ends, i);
  return varintSize(length) + length;
}
