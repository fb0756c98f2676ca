/**
 * The distinct keys of a sort buffer: each one's bytes once, found again by an open-addressing hash table.
 *
 * The hash that finds a key is also the one that picks its partition, unless the pair says its partition. A key that is
 * given two partitions is two keys. All that is known of a key, and the first bytes of the key itself, lie in one line of the processor's cache: in a
 * big table, every place of memory that is looked at costs more than anything that is computed.
 *
 * ```
 * slots     key number + 1 in 26 bits, six bits of the hash above them; 0 where nothing is
 * facts     64 bytes a key: eight numbers (`keyFact`), a sum (double), the hash, the first 20 bytes of the key
 * bytes     of all keys, one behind the other
 * ```
 *
 * Example: after `a`, `b`, `a` there are the keys 0 and 1, and `find` has answered 0, 1, 0.
 * Cost: about 20 ns a short key that is there; 72 bytes and its bytes for a new one, at most twice that as arrays double.
 */
import { withRoom } from './column.js';
import { hashKey, hashWords, partitionOf } from './partition.js';

/** Numbers that are known of a key: offsets into `facts`, from `key * keyFacts` on. */
export const keyFacts = 16;
export const keyFact = {
  /** Of its bytes. */
  start: 0,
  end: 1,
  partition: 2,
  /** Its first and its last chunk of values, plus 1; 0 is none. */
  firstChunk: 3,
  lastChunk: 4,
  /** Of the block of pairs at hand: values, their bytes (then: where the next goes), whether any takes eight. */
  blockValues: 5,
  blockBytes: 6,
  blockDoubles: 7,
  /**
   * In a buffer that leaves out repeats, where another has a key's sum: its last pair in the block at hand, and where its last text stands. Both plus 1; 0 is
   * none.
   */
  blockLast: 8,
  lastText: 9,
} as const;

/** Its facts, and two slots. */
export const keyOverheadBytes = 72;

/** In doubles: facts of a key, and where its sum stands. */
const keyDoubles = keyFacts / 2;
const sumAt = 4;
const hashAt = 10;
/** The first bytes of the key, as words. */
const firstWordAt = 11;
/** In bytes: facts of a key, where its own first bytes stand, and how many. */
const keyFactBytes = keyFacts * 4;
const inlineAt = 44;
const inlineBytes = 20;

/** Keys that are looked for as four words; and what is theirs of a word, by how many of their bytes begin before it ends. */
const shortBytes = 16;
const wordMasks = Int32Array.from({ length: 2 * shortBytes }, (_, i) => {
  const bytes = Math.min(4, Math.max(0, i - 12));
  return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1;
});

/** Keys that are looked for side by side before they are looked for one by one; in tables beyond the processor's fast cache only. */
export const keysSoughtAhead = 16;
const seekAheadSlotsMin = 2 ** 15;

const firstLength = 256;
const keyBits = 26;
const keyMask = 2 ** keyBits - 1;
/** Odd, and far from the hash's own multipliers: spreads one key's partitions over the table. */
const partitionMix = 0x9e3779b1;

export class KeyTable {
  /** R, at least 1. To be changed only while there are no keys. */
  partitions = 1;
  #count = 0;
  #bytes = new Uint8Array(firstLength);
  #bytesUsed = 0;
  #facts = new Uint32Array(firstLength * keyFacts);
  /** The same memory. */
  #factBytes = new Uint8Array(this.#facts.buffer);
  #factDoubles = new Float64Array(this.#facts.buffer);
  /** As many as a power of two, at most half full. */
  #slots = new Uint32Array(2 * firstLength);

  /** What was seen ahead: keys, and a number for nobody, so that they are looked at. */
  readonly #held = new Uint32Array(keysSoughtAhead);
  readonly #seen = new Int32Array(1);

  get count(): number {
    return this.#count;
  }

  /** Of all keys. Replaced when they grow, as the facts are: take them anew after every `find`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get facts(): Uint32Array {
    return this.#facts;
  }

  /** What `setSum` was called with; NaN if it was not. */
  sumOf(key: number): number {
    return this.#factDoubles[key * keyDoubles + sumAt] as number;
  }

  setSum(key: number, sum: number): void {
    this.#factDoubles[key * keyDoubles + sumAt] = sum;
  }

  /**
   * The number of the key `bytes[start .. end]`: that of its first pair, or a new one, which is then the last.
   * @param view of the same bytes
   */
  find(bytes: Uint8Array, view: DataView, start: number, end: number, given: number | undefined): number {
    const length = end - start;
    if (length > shortBytes || given !== undefined || start + shortBytes > bytes.length) {
      return this.#findAny(bytes, start, end, given);
    }
    const w0 = keyWord(view, start, length, 0);
    const w1 = keyWord(view, start, length, 4);
    const w2 = keyWord(view, start, length, 8);
    const w3 = keyWord(view, start, length, 12);
    const hash = hashWords(w0, w1, w2, w3, length);
    const slots = this.#slots;
    const facts = this.#facts;
    const mask = slots.length - 1;
    const tag = hash & ~keyMask;
    let slot = hash & mask;
    for (let held = slots[slot] as number; held !== 0; held = slots[slot] as number) {
      if ((held & ~keyMask) === tag) {
        const key = (held & keyMask) - 1;
        const at = key * keyFacts;
        const differences =
          ((facts[at + firstWordAt] as number) ^ w0) |
          ((facts[at + firstWordAt + 1] as number) ^ w1) |
          ((facts[at + firstWordAt + 2] as number) ^ w2) |
          ((facts[at + firstWordAt + 3] as number) ^ w3) |
          ((facts[at + keyFact.end] as number) - (facts[at] as number) - length);
        if (differences === 0) return key;
      }
      slot = (slot + 1) & mask;
    }
    return this.#addAt(slot, hash, undefined, bytes, start, end);
  }

  /**
   * Has the places of the next `keysSoughtAhead` keys brought into the cache together, since each by itself is waited for. Changes nothing.
   * @param start of the key that ends at `ends[from]`; they are `count`
   */
  seekAhead(view: DataView, start: number, ends: Uint32Array, from: number, count: number): void {
    const slots = this.#slots;
    if (slots.length < seekAheadSlotsMin) return;
    const to = Math.min(from + keysSoughtAhead, count);
    const mask = slots.length - 1;
    let begin = start;
    for (let i = from; i < to; i++) {
      const end = ends[i] as number;
      const length = end - begin;
      const isShort = length <= shortBytes && begin + shortBytes <= view.byteLength;
      this.#held[i - from] = isShort ? (slots[hashShort(view, begin, length) & mask] as number) : 0;
      begin = end;
    }
    for (let i = 0; i < to - from; i++) {
      const key = (this.#held[i] as number) & keyMask;
      if (key !== 0) this.#seen[0] = this.#facts[(key - 1) * keyFacts] as number;
    }
  }

  #findAny(bytes: Uint8Array, start: number, end: number, given: number | undefined): number {
    let hash = hashKey(bytes, start, end);
    if (given !== undefined) hash = (hash ^ Math.imul(given, partitionMix)) >>> 0;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const tag = hash & ~keyMask;
    let slot = hash & mask;
    for (let held = slots[slot] as number; held !== 0; held = slots[slot] as number) {
      const key = (held & keyMask) - 1;
      if ((held & ~keyMask) === tag && this.#isKey(key, given, bytes, start, end)) return key;
      slot = (slot + 1) & mask;
    }
    return this.#addAt(slot, hash, given, bytes, start, end);
  }

  #addAt(slot: number, hash: number, given: number | undefined, bytes: Uint8Array, start: number, end: number): number {
    const partition = given ?? partitionOf(hash, this.partitions);
    if (partition >= this.partitions) throw new RangeError(`partition ${partition} is not below ${this.partitions}`);
    this.#slots[slot] = ((hash & ~keyMask) | (this.#count + 1)) >>> 0;
    return this.#add(hash, partition, bytes, start, end);
  }

  /** Forgets all keys and keeps their memory. */
  clear(): void {
    if (this.#count > 0) this.#slots.fill(0);
    this.#count = 0;
    this.#bytesUsed = 0;
  }

  #isKey(key: number, given: number | undefined, bytes: Uint8Array, start: number, end: number): boolean {
    const facts = this.#facts;
    const at = key * keyFacts;
    const own = facts[at] as number;
    const length = end - start;
    if ((facts[at + keyFact.end] as number) - own !== length) return false;
    if (given !== undefined && facts[at + keyFact.partition] !== given) return false;
    const inline = this.#factBytes;
    const inlineEnd = length < inlineBytes ? end : start + inlineBytes;
    for (let i = key * keyFactBytes + inlineAt, j = start; j < inlineEnd; i++, j++)
      if (inline[i] !== bytes[j]) return false;
    const keys = this.#bytes;
    for (let i = own + inlineBytes, j = inlineEnd; j < end; i++, j++) if (keys[i] !== bytes[j]) return false;
    return true;
  }

  #add(hash: number, partition: number, bytes: Uint8Array, start: number, end: number): number {
    const key = this.#count++;
    if (this.#count > keyMask) throw new RangeError(`a sort buffer holds at most ${keyMask} keys`);
    const to = this.#bytesUsed;
    this.#bytesUsed += end - start;
    this.#bytes = withRoom(this.#bytes, this.#bytesUsed);
    if (this.#count * keyFacts > this.#facts.length) this.#growFacts();
    const at = key * keyFacts;
    // So few are zeroed sooner than `fill` is called.
    for (let i = at; i < at + keyFacts; i++) this.#facts[i] = 0;
    this.#facts[at + keyFact.start] = to;
    this.#facts[at + keyFact.end] = this.#bytesUsed;
    this.#facts[at + keyFact.partition] = partition;
    this.#facts[at + hashAt] = hash;
    this.setSum(key, NaN);
    const inline = key * keyFactBytes + inlineAt;
    for (let i = start, j = 0; i < end; i++, j++) {
      const byte = bytes[i] as number;
      this.#bytes[to + j] = byte;
      if (j < inlineBytes) this.#factBytes[inline + j] = byte;
    }
    if (this.#count * 2 > this.#slots.length) this.#growSlots();
    return key;
  }

  #growFacts(): void {
    this.#facts = withRoom(this.#facts, this.#count * keyFacts);
    this.#factBytes = new Uint8Array(this.#facts.buffer);
    this.#factDoubles = new Float64Array(this.#facts.buffer);
  }

  #growSlots(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (const held of this.#slots) {
      if (held === 0) continue;
      let slot = (this.#facts[((held & keyMask) - 1) * keyFacts + hashAt] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = held;
    }
    this.#slots = slots;
  }
}

/** The four bytes of a key at `offset`, without those behind its end; it has 16 bytes of memory from its start on. */
function keyWord(view: DataView, start: number, length: number, offset: number): number {
  return view.getInt32(start + offset, true) & (wordMasks[length + 12 - offset] as number);
}

function hashShort(view: DataView, start: number, length: number): number {
  const w0 = keyWord(view, start, length, 0);
  const w1 = keyWord(view, start, length, 4);
  const w2 = keyWord(view, start, length, 8);
  return hashWords(w0, w1, w2, keyWord(view, start, length, 12), length);
}
