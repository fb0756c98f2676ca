/**
 * The keys of many pairs, from the guest's memory into the encoded column of a `PairBlock`.
 *
 * The commonest key, a short string of ASCII, is copied in one loop with its tag in front. Everything else takes the way of its kind: other strings are
 * encoded unit by unit, numbers and booleans are read from their values, arrays come as the JSON text that the prelude made of them.
 * Memory: one column, used again for every hand-over. Cost: about 1 ns a byte of ASCII, 10 ns a key.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { encodeKey, type Key, type KeyColumn, keyTags, keyTooLarge, viewOf } from '@gridmr/engine';
import { ForgedHandOverError } from './forged-hand-over-error.js';
import { grown } from './grown.js';
import { type GuestHeap, guestLayout, valueTags } from './guest-heap.js';
import { utf8BytesPerUnit, writeUtf8 } from './utf8-units.js';

const firstBytes = 64 * 1024;
/** A longer string is looked at more closely, which costs it little. */
const loopUnitsMax = 256;
const wordBytes = 4;
/** Of a word of which so many bytes belong to a string. */
const lastMasks = Int32Array.of(0, 0xff, 0xffff, 0xff_ffff);
const notAscii = 0x8080_8080;
const lengthAt = guestLayout.stringLengthAt / 4;
const { stringUnitsAt, valueBytes } = guestLayout;

export class KeyReader {
  #bytes = new Uint8Array(firstBytes);
  #view = viewOf(this.#bytes);
  #ends = new Uint32Array(0);

  get bytesHeld(): number {
    return this.#bytes.byteLength + this.#ends.byteLength;
  }

  /**
   * The keys that lie from `elements` on. Valid until the next call. Throws `KeyError`, `ForgedHandOverError`.
   * @param marks not 0 where a key is JSON text; undefined if none is
   */
  read(heap: GuestHeap, elements: number, count: number, marks: Uint8Array | undefined): KeyColumn {
    if (this.#ends.length < count) this.#ends = new Uint32Array(count);
    let to = 0;
    for (let i = 0; i < count; i++) {
      const value = elements + i * valueBytes;
      const isJson = marks !== undefined && marks[i] !== 0;
      const end = isJson ? -1 : this.#readShort(heap, value, to);
      to = end === -1 ? this.#readAny(heap, value, to, isJson) : end;
      this.#ends[i] = to;
    }
    return { keyBytes: this.#bytes, keyEnds: this.#ends };
  }

  /** A short string of ASCII. Returns where it ends, or -1 if it is none. */
  #readShort({ bytes: from, words }: GuestHeap, value: number, to: number): number {
    const at = value >>> 2;
    const string = words[at] as number;
    const units = words[(string >>> 2) + lengthAt] as number;
    const first = string + stringUnitsAt;
    if (words[at + 1] !== valueTags.string || units > loopUnitsMax || first + units > from.length) return -1;
    const target = this.#grow(to, units + 1 + wordBytes);
    const view = this.#view;
    target[to] = keyTags.string;
    let all = 0;
    // Strings begin at a multiple of eight. What the last word has beyond the string is written over by the next key.
    for (let i = 0; i < units; i += wordBytes) {
      const word = words[(first + i) >>> 2] as number;
      all |= i + wordBytes <= units ? word : word & (lastMasks[units & 3] as number);
      view.setInt32(to + 1 + i, word, true);
    }
    return (all & notAscii) === 0 ? to + units + 1 : -1;
  }

  /** Returns where the key ends. */
  #readAny(heap: GuestHeap, value: number, to: number, isJson: boolean): number {
    const tag = heap.tagAt(value);
    if (tag === valueTags.rope || isJson) return this.#put(isJson ? parse(heap.textAt(value)) : heap.textAt(value), to);
    if (tag !== valueTags.string) return this.#put(heap.primitiveAt(value), to);
    const string = heap.stringAt(value);
    if (string.units >= dataPlaneLimits.keyBytesMax) throw keyTooLarge();
    const target = this.#grow(to, 1 + string.units * utf8BytesPerUnit);
    target[to] = keyTags.string;
    const end = writeUtf8(target, to + 1, heap.bytes, string);
    if (end - to > dataPlaneLimits.keyBytesMax) throw keyTooLarge();
    return end;
  }

  /** A key of any kind, the long way: whatever cannot be one, `encodeKey` refuses. */
  #put(key: unknown, to: number): number {
    const encoded = encodeKey(key as Key);
    this.#grow(to, encoded.length).set(encoded, to);
    return to + encoded.length;
  }

  /** Makes room for `bytes` more behind `used`. */
  #grow(used: number, bytes: number): Uint8Array {
    if (used + bytes > dataPlaneLimits.keyColumnBytesMax) throw new ForgedHandOverError('too many bytes of keys');
    const before = this.#bytes;
    this.#bytes = grown(before, used, bytes);
    if (this.#bytes !== before) this.#view = viewOf(this.#bytes);
    return this.#bytes;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ForgedHandOverError('a key that is not JSON');
  }
}
