/**
 * The values of many pairs, from the guest's memory into the column of a `PairBlock`.
 *
 * Numbers lie side by side in an array that the guest shares, and are only looked at: what JSON does not have (infinities, NaN) makes the column one of
 * texts, with `null` in its place, as in `JSON.stringify`; -0 becomes 0. Of other values, strings get their quotes here, the rest comes as JSON
 * text that the prelude made, which is checked.
 * Memory: one column, used again for every hand-over. Cost: about 1 ns a number; 2 ns a byte of text.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { type TextColumn, type ValueColumn, viewOf } from '@gridmr/engine';
import { ForgedHandOverError } from './forged-hand-over-error.js';
import { grown } from './grown.js';
import { type GuestHeap, guestLayout, valueTags } from './guest-heap.js';
import { jsonBytesPerUnit, writeJsonUtf8 } from './utf8-units.js';

/** A value that is longer than values may be. */
export class ValueTooLargeError extends Error {
  constructor() {
    super(`a value is longer than ${dataPlaneLimits.valueBytesMax} bytes of JSON; emit smaller values`);
    this.name = 'ValueTooLargeError';
  }
}

const firstBytes = 64 * 1024;
/** A longer string is looked at more closely, which costs it little. */
const loopUnitsMax = 4096;
const quote = 0x22;
const quotes = 2;
const lengthAt = guestLayout.stringLengthAt / 4;
const { stringUnitsAt, valueBytes } = guestLayout;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const wordBytes = 4;
/** Of a word of which so many bytes belong to a string: those; and bytes that need no care for the others. */
const lastMasks = Int32Array.of(0, 0xff, 0xffff, 0xff_ffff);
const fillers = Int32Array.of(0, 0x7e7e_7e00, 0x7e7e_0000, 0x7e00_0000);
const highBits = 0x8080_8080 | 0;
const lowBits = 0x7f7f_7f7f;

/** Not 0 if any of four units does not stand for itself in JSON, or takes more than one byte of UTF-8. */
function careOf(word: number): number {
  const isControl = ~((word & lowBits) + 0x6060_6060);
  return (word | isControl | isZero(word ^ 0x2222_2222) | isZero(word ^ 0x5c5c_5c5c)) & highBits;
}

function lastWord(word: number, bytes: number): number {
  return (word & (lastMasks[bytes] as number)) | (fillers[bytes] as number);
}

/** Has the high bit of those bytes that are 0; of others that have none. */
function isZero(word: number): number {
  return ~(((word & lowBits) + lowBits) | word);
}

export class ValueReader {
  #bytes = new Uint8Array(firstBytes);
  #view = viewOf(this.#bytes);
  #ends = new Uint32Array(0);

  get bytesHeld(): number {
    return this.#bytes.byteLength + this.#ends.byteLength;
  }

  /** Numbers, which are changed in place where JSON has no such number. Valid until the guest runs again. */
  readNumbers(numbers: Float64Array): ValueColumn {
    let sum = 0;
    for (let i = 0; i < numbers.length; i++) {
      const number = (numbers[i] as number) + 0;
      numbers[i] = number;
      // Anything but NaN for finite numbers: they make 0.
      sum += number - number;
    }
    return sum === 0 ? { kind: 'numbers', numbers } : this.#numberTexts(numbers);
  }

  #numberTexts(numbers: Float64Array): TextColumn {
    this.#startColumn(numbers.length);
    let to = 0;
    for (const [i, number] of numbers.entries()) {
      to = this.#putText(JSON.stringify(number), to);
      this.#ends[i] = to;
    }
    return { kind: 'texts', bytes: this.#bytes, ends: this.#ends };
  }

  /**
   * The values that lie from `elements` on. Valid until the next call. Throws `ValueTooLargeError`, `ForgedHandOverError`.
   * @param marks not 0 where a value is JSON text; undefined if none is
   */
  readTexts(heap: GuestHeap, elements: number, count: number, marks: Uint8Array | undefined): TextColumn {
    this.#startColumn(count);
    let to = 0;
    for (let i = 0; i < count; i++) {
      const value = elements + i * valueBytes;
      const isJson = marks !== undefined && marks[i] !== 0;
      const end = isJson ? -1 : this.#readShort(heap, value, to);
      const start = to;
      to = end === -1 ? this.#readAny(heap, value, to, isJson) : end;
      if (to - start > dataPlaneLimits.valueBytesMax) throw new ValueTooLargeError();
      this.#ends[i] = to;
    }
    if (marks !== undefined) this.#expectJson(count, marks);
    return { kind: 'texts', bytes: this.#bytes, ends: this.#ends };
  }

  /** A string whose units all stand for themselves. Returns where it ends, or -1 if it is none. */
  #readShort({ bytes: from, words }: GuestHeap, value: number, to: number): number {
    const at = value >>> 2;
    const string = words[at] as number;
    const units = words[(string >>> 2) + lengthAt] as number;
    const first = string + stringUnitsAt;
    if (words[at + 1] !== valueTags.string || units > loopUnitsMax || first + units > from.length) return -1;
    const target = this.#grow(to, units + quotes + wordBytes);
    const view = this.#view;
    target[to] = quote;
    let care = 0;
    // Strings begin at a multiple of eight. What the last word has beyond the string is written over.
    for (let i = 0; i < units; i += wordBytes) {
      const word = words[(first + i) >>> 2] as number;
      care |= careOf(i + wordBytes <= units ? word : lastWord(word, units & 3));
      view.setInt32(to + 1 + i, word, true);
    }
    target[to + 1 + units] = quote;
    return care === 0 ? to + units + quotes : -1;
  }

  /** Returns where the value ends. */
  #readAny(heap: GuestHeap, value: number, to: number, isJson: boolean): number {
    const tag = heap.tagAt(value);
    if (tag === valueTags.rope || isJson) {
      const text = heap.textAt(value);
      return this.#putText(isJson ? text : JSON.stringify(text), to);
    }
    if (tag !== valueTags.string) return this.#putText(JSON.stringify(heap.primitiveAt(value)), to);
    const string = heap.stringAt(value);
    if (string.units > dataPlaneLimits.valueBytesMax) throw new ValueTooLargeError();
    const target = this.#grow(to, string.units * jsonBytesPerUnit + quotes);
    target[to] = quote;
    const end = writeJsonUtf8(target, to + 1, heap.bytes, string);
    target[end] = quote;
    return end + 1;
  }

  /** Nothing marked as JSON is broken, or the list of all would not parse or have another length. */
  #expectJson(count: number, marks: Uint8Array): void {
    const texts: string[] = [];
    let start = 0;
    for (let i = 0; i < count; i++) {
      const end = this.#ends[i] as number;
      if (marks[i] !== 0) texts.push(decoder.decode(this.#bytes.subarray(start, end)));
      start = end;
    }
    if (!isJsonList(texts)) throw new ForgedHandOverError('a value that is not JSON');
  }

  #putText(text: string, to: number): number {
    const bytes = Buffer.byteLength(text);
    if (bytes > dataPlaneLimits.valueBytesMax) throw new ValueTooLargeError();
    const target = this.#grow(to, bytes);
    return to + Buffer.from(target.buffer, to, bytes).write(text);
  }

  #startColumn(count: number): void {
    if (this.#ends.length < count) this.#ends = new Uint32Array(count);
  }

  /** Makes room for `bytes` more behind `used`. */
  #grow(used: number, bytes: number): Uint8Array {
    if (used + bytes > dataPlaneLimits.valueColumnBytesMax) throw new ForgedHandOverError('too many bytes of values');
    const before = this.#bytes;
    this.#bytes = grown(before, used, bytes);
    if (this.#bytes !== before) this.#view = viewOf(this.#bytes);
    return this.#bytes;
  }
}

/** A line break can stand between tokens only, and JSON that the prelude makes has none there. */
function isJsonList(texts: readonly string[]): boolean {
  if (texts.some(text => text.includes('\n'))) return false;
  try {
    const list: unknown = JSON.parse(`[${texts.join()}]`);
    return Array.isArray(list) && list.length === texts.length;
  } catch {
    return false;
  }
}
