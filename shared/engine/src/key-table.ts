/**
 * The distinct keys of a sort buffer: each one's bytes once, found again by an open-addressing hash table.
 *
 * The hash that finds a key is also the one that picks its partition, unless the pair says its partition. A key that is
 * given two partitions is two keys. What is looked at together lies together: a slot holds a key's number and its hash, and all that is
 * known of a key are eight numbers side by side, so that finding a key that is there touches three places of memory.
 *
 * Example: after `a`, `b`, `a` there are the keys 0 and 1, and `find` has answered 0, 1, 0.
 * Cost: about 25 ns a short key that is there; 48 bytes and its bytes for a new one, at most twice that as arrays double.
 */
import { withRoom } from './column.js';
import { hashKey, partitionOf } from './partition.js';

/** What is known of a key: offsets into `facts`, from `key * keyFacts` on. */
export const keyFacts = 8;
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
} as const;

/** Its eight facts, and two slots of two numbers. */
export const keyOverheadBytes = 48;

const firstLength = 1024;
/** Odd, and far from the hash's own multipliers: spreads one key's partitions over the table. */
const partitionMix = 0x9e3779b1;

export class KeyTable {
  /** R, at least 1. To be changed only while there are no keys. */
  partitions = 1;
  #count = 0;
  #bytes = new Uint8Array(firstLength);
  #bytesUsed = 0;
  #facts = new Uint32Array(firstLength * keyFacts);
  /** Key number + 1, or 0 where nothing is; and its hash. As many as a power of two, at most half full. */
  #slots = new Uint32Array(2 * firstLength);

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

  /** The number of the key `bytes[start .. end]`: that of its first pair, or a new one, which is then the last. */
  find(bytes: Uint8Array, start: number, end: number, given: number | undefined): number {
    let hash = hashKey(bytes, start, end);
    if (given !== undefined) hash = (hash ^ Math.imul(given, partitionMix)) >>> 0;
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (let held = slots[slot] as number; held !== 0; held = slots[slot] as number) {
      if (slots[slot + 1] === hash && this.#isKey(held - 1, given, bytes, start, end)) return held - 1;
      slot = (slot + 2) & mask;
    }
    const partition = given ?? partitionOf(hash, this.partitions);
    if (partition >= this.partitions) throw new RangeError(`partition ${partition} is not below ${this.partitions}`);
    slots[slot] = this.#count + 1;
    slots[slot + 1] = hash;
    return this.#add(partition, bytes, start, end);
  }

  /** Forgets all keys and keeps their memory. */
  clear(): void {
    if (this.#count > 0) this.#slots.fill(0);
    this.#facts.fill(0, 0, this.#count * keyFacts);
    this.#count = 0;
    this.#bytesUsed = 0;
  }

  #isKey(key: number, given: number | undefined, bytes: Uint8Array, start: number, end: number): boolean {
    const facts = this.#facts;
    const at = key * keyFacts;
    const own = facts[at] as number;
    if ((facts[at + keyFact.end] as number) - own !== end - start) return false;
    if (given !== undefined && facts[at + keyFact.partition] !== given) return false;
    const keys = this.#bytes;
    for (let i = own, j = start; j < end; i++, j++) if (keys[i] !== bytes[j]) return false;
    return true;
  }

  #add(partition: number, bytes: Uint8Array, start: number, end: number): number {
    const key = this.#count++;
    const to = this.#bytesUsed;
    this.#bytesUsed += end - start;
    this.#bytes = withRoom(this.#bytes, this.#bytesUsed);
    for (let i = start, j = to; i < end; i++, j++) this.#bytes[j] = bytes[i] as number;
    this.#facts = withRoom(this.#facts, this.#count * keyFacts);
    const at = key * keyFacts;
    this.#facts[at + keyFact.start] = to;
    this.#facts[at + keyFact.end] = this.#bytesUsed;
    this.#facts[at + keyFact.partition] = partition;
    if (this.#count * 4 > this.#slots.length) this.#growSlots();
    return key;
  }

  #growSlots(): void {
    const before = this.#slots;
    const slots = new Uint32Array(before.length * 2);
    const mask = slots.length - 2;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from] === 0) continue;
      const hash = before[from + 1] as number;
      let slot = (hash << 1) & mask;
      while (slots[slot] !== 0) slot = (slot + 2) & mask;
      slots[slot] = before[from] as number;
      slots[slot + 1] = hash;
    }
    this.#slots = slots;
  }
}
