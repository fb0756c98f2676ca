/**
 * The engine's own values where they lie in the guest's memory: how pairs leave the guest without a call or a copy of the engine's per pair.
 *
 * A value is eight bytes: a payload, and a tag (or, where the tag is none, a double with a number added to its upper half). Of a string the
 * payload is the address of its header, which tells its length and whether its units have one byte (Latin-1) or two (UTF-16); of a rope, the address
 * of two values that it is put together of. An array that has always grown at its end keeps its elements in a row.
 *
 * This is how the pinned version of QuickJS lays them out on 32 bits (`JSValue`, `JSString`, `JSStringRope`, `JSObject` of its `quickjs.c`);
 * `guest-layout-check.ts` compares it with the engine that is loaded, once. Nothing read here is believed: every address and length must
 * lie in the memory, or `ForgedHandOverError` is thrown.
 */
import { dataPlaneLimits, sandboxLimits } from '@gridmr/contracts';
import { ForgedHandOverError } from './forged-hand-over-error.js';

/** The upper half of a value that is no double. */
export const valueTags = {
  string: 0xffff_fff9,
  rope: 0xffff_fffa,
  object: 0xffff_ffff,
  integer: 0,
  boolean: 1,
  null: 2,
  undefined: 3,
} as const;

/** Bytes of a value; offsets of what is read in a string's header, a rope and an array. */
export const guestLayout = {
  valueBytes: 8,
  stringLengthAt: 4,
  stringUnitsAt: 16,
  ropeLeftAt: 16,
  ropeRightAt: 24,
  arrayElementsAt: 36,
  arrayCountAt: 40,
} as const;

/** In a string's length: its units have two bytes. */
const wideBit = 0x8000_0000;
/** The tags below doubles; and what a double's upper half was increased by. */
const tagsBelowDoubles = 17;
const lowestTag = 0xffff_fff7;
const doubleAddend = 0x7ff8_000a;
const ropeDepthMax = 100;
/** Of all texts of one hand-over that are made strings of the host: what the guest holds, and one value of the longest. */
const { pairsPerBlockMax, pairRoom } = sandboxLimits;
const textUnitsMax = pairsPerBlockMax * pairRoom + dataPlaneLimits.valueBytesMax;

const double = new Float64Array(1);
const doubleHalves = new Uint32Array(double.buffer);

/** Where a string's units lie, of one byte or of two. */
export interface GuestString {
  readonly start: number;
  readonly units: number;
  readonly isWide: boolean;
}

/** A view of a guest's memory, valid until the guest runs again. */
export class GuestHeap {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  #textUnitsLeft = textUnitsMax;

  constructor(memory: ArrayBuffer) {
    this.bytes = new Uint8Array(memory);
    this.words = new Uint32Array(memory);
  }

  /** Address of the first of an array's `count` elements. `value` is the address of the value that holds the array. */
  elementsOf(value: number, count: number): number {
    if (this.#wordAt(value + 4) !== valueTags.object) throw new ForgedHandOverError('no array');
    const array = this.#wordAt(value);
    const elements = this.#wordAt(array + guestLayout.arrayElementsAt);
    if (this.#wordAt(array + guestLayout.arrayCountAt) < count)
      throw new ForgedHandOverError('an array that is too short');
    this.#expectInside(elements, count * guestLayout.valueBytes);
    return elements;
  }

  tagAt(value: number): number {
    return this.#wordAt(value + 4);
  }

  /** A string that is in one piece. */
  stringAt(value: number): GuestString {
    const header = this.#wordAt(value);
    const length = this.#wordAt(header + guestLayout.stringLengthAt);
    const isWide = length >= wideBit;
    const units = isWide ? length - wideBit : length;
    const start = header + guestLayout.stringUnitsAt;
    this.#expectInside(start, isWide ? 2 * units : units);
    return { start, units, isWide };
  }

  /**
   * A string or rope as a string of the host. Throws for what is neither. Ropes that share their parts may say more text than there is memory, so
   * what is read is counted; a part costs a unit more than it has, as a rope of empty ones costs time, too.
   */
  textAt(value: number, depth = 0): string {
    const tag = this.tagAt(value);
    if (tag === valueTags.string) {
      const string = this.stringAt(value);
      this.#textUnitsLeft -= string.units + 1;
      if (this.#textUnitsLeft < 0) throw new ForgedHandOverError('too much text');
      return this.#decode(string);
    }
    if (tag !== valueTags.rope || depth === ropeDepthMax) throw new ForgedHandOverError('a string that is none');
    const rope = this.#wordAt(value);
    const left = this.textAt(rope + guestLayout.ropeLeftAt, depth + 1);
    return left + this.textAt(rope + guestLayout.ropeRightAt, depth + 1);
  }

  #decode({ start, units, isWide }: GuestString): string {
    if (!isWide) return Buffer.from(this.bytes.buffer, start, units).toString('latin1');
    return Buffer.from(this.bytes.buffer, start, 2 * units).toString('utf16le');
  }

  /** What is neither a string nor an object. */
  primitiveAt(value: number): number | boolean | null {
    const low = this.#wordAt(value);
    const tag = this.#wordAt(value + 4);
    if (tag === valueTags.integer) return low | 0;
    if (tag === valueTags.boolean) return low !== 0;
    if (tag === valueTags.null || tag === valueTags.undefined) return null;
    if ((tag - lowestTag) >>> 0 < tagsBelowDoubles) throw new ForgedHandOverError(`a value of kind ${tag | 0}`);
    doubleHalves[0] = low;
    doubleHalves[1] = tag + doubleAddend;
    return double[0] as number;
  }

  #wordAt(address: number): number {
    const word = address % 4 === 0 ? this.words[address / 4] : undefined;
    if (word === undefined) throw new ForgedHandOverError('an address outside of its memory');
    return word;
  }

  #expectInside(start: number, bytes: number): void {
    if (start + bytes > this.bytes.length) throw new ForgedHandOverError('an address outside of its memory');
  }
}
