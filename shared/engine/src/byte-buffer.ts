/**
 * A growable row of bytes with a maximum: what keys, lines and batches are written into before they go on as a whole.
 *
 * A write past the end of a typed array vanishes silently, so every append first makes room or throws. Memory doubles, so
 * an append costs O(bytes) on average; `clear` keeps the memory for the next use.
 */

import { compareBytes } from './compare-bytes.js';
import { copyShort, shortCopyBytesMax, viewOf } from './copy-bytes.js';
import type { Slice } from './group-cursor.js';

/** Of a number below 2^32. */
export const varintBytesMax = 5;

/** A view costs as much as copying 100 bytes; looking for one among so many, a tenth of that. */
const recentSourcesMax = 8;
const wordBytes = 4;
const space = 0x20;
const backslash = 0x5c;
const highBits = 0x8080_8080 | 0;
const lowBits = 0x7f7f_7f7f;

/** Whether any of four bytes is a control character or a backslash. (Adding up low bits never carries from one byte to the next.) */
function holdsSpecial(word: number): boolean {
  const low = word & lowBits;
  const belowSpace = ~((low + 0x6060_6060) | word);
  const others = word ^ 0x5c5c_5c5c;
  const isBackslash = ~(((others & lowBits) + lowBits) | others);
  return ((belowSpace | isBackslash) & highBits) !== 0;
}

/** An append that would take a buffer past its maximum. The buffer is as it was before. */
export class BufferFullError extends Error {
  readonly bytesMax: number;
  readonly bytesNeeded: number;

  constructor(bytesMax: number, bytesNeeded: number) {
    super(`${bytesNeeded} bytes do not fit into a buffer of at most ${bytesMax}; hand over what it holds first`);
    this.name = 'BufferFullError';
    this.bytesMax = bytesMax;
    this.bytesNeeded = bytesNeeded;
  }
}

export class ByteBuffer {
  readonly bytesMax: number;
  #bytes: Uint8Array;
  /** The same memory, for the calls that only Node.js's Buffer has; and in words. */
  #text: Buffer;
  #view: DataView;
  /** What was appended from last, and in words. */
  #source: Uint8Array;
  #sourceView: DataView;
  /** And what came anew before that, the oldest of them written over: keys and values take turns, and so do the sources of a merge. */
  readonly #recent: Uint8Array[] = [];
  readonly #recentViews: DataView[] = [];
  #oldest = 0;
  #length = 0;

  /** @param bytesMax what it may ever hold: one of the named limits */
  constructor(bytesMax: number, bytesAtFirst = 1024) {
    this.bytesMax = bytesMax;
    this.#bytes = new Uint8Array(Math.min(bytesAtFirst, bytesMax));
    this.#text = Buffer.from(this.#bytes.buffer);
    this.#view = viewOf(this.#bytes);
    this.#source = this.#bytes;
    this.#sourceView = this.#view;
  }

  /** Bytes held. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `bytes` more. Throws `BufferFullError` if that is past the maximum. */
  reserve(bytes: number): void {
    if (this.#length + bytes > this.#bytes.length) this.#grow(this.#length + bytes);
  }

  appendByte(byte: number): void {
    this.reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Appends a whole number below 2^32 as a varint: 7 bits a byte, low ones first, the high bit set on all but the last. */
  appendVarint(number: number): void {
    this.reserve(varintBytesMax);
    let rest = number;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
  }

  /** Appends `source[start .. end]`. Throws `RangeError` if that is not inside `source`. */
  append(source: Uint8Array, start = 0, end = source.length): void {
    const count = end - start;
    if (start < 0 || count < 0 || end > source.length) {
      throw new RangeError(`bytes ${start}..${end} are not inside a source of ${source.length} bytes`);
    }
    this.reserve(count);
    if (count <= shortCopyBytesMax) {
      if (source !== this.#source) this.#turnTo(source);
      copyShort(this.#view, this.#length, this.#sourceView, start, count);
    } else {
      this.#bytes.set(source.subarray(start, end), this.#length);
    }
    this.#length += count;
  }

  /**
   * Appends of `source[start .. end]` what stands before its first control character or backslash: the bytes that text never has as they are. Returns where it stopped.
   * Looks at four bytes at a time, and copies them on the way.
   */
  appendBare(source: Uint8Array, start: number, end: number): number {
    this.reserve(end - start);
    if (source !== this.#source) this.#turnTo(source);
    const from = this.#sourceView;
    const view = this.#view;
    let at = start;
    let to = this.#length;
    for (; at + wordBytes <= end; at += wordBytes, to += wordBytes) {
      const word = from.getInt32(at, true);
      if (holdsSpecial(word)) break;
      view.setInt32(to, word, true);
    }
    for (; at < end; at++) {
      const byte = source[at] as number;
      if (byte < space || byte === backslash) break;
      this.#bytes[to++] = byte;
    }
    this.#length = to;
    return at;
  }

  /** Appends text of code points below 128, which the caller knows it to be. */
  appendAscii(text: string): void {
    const count = text.length;
    this.reserve(count);
    for (let i = 0; i < count; i++) this.#bytes[this.#length + i] = text.charCodeAt(i);
    this.#length += count;
  }

  /** Appends text as UTF-8. A lone surrogate becomes U+FFFD. */
  appendText(text: string): void {
    const count = Buffer.byteLength(text, 'utf8');
    this.reserve(count);
    const written = this.#text.write(text, this.#length, count, 'utf8');
    if (written !== count) throw new Error(`wrote ${written} of ${count} bytes of text`);
    this.#length += count;
  }

  /**
   * Copies what is held to `target[to]` and on, where there must be room. Returns where it ends.
   * @param view of `target`
   */
  copyInto(target: Uint8Array, view: DataView, to: number): number {
    const end = to + this.#length;
    if (end > target.length) {
      throw new RangeError(`${this.#length} bytes do not fit behind byte ${to} of ${target.length}`);
    }
    if (this.#length <= shortCopyBytesMax) copyShort(view, to, this.#view, 0, this.#length);
    else target.set(this.view(), to);
    return end;
  }

  /** What is held, without a copy: valid until the next append or `clear`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes `slice` what is held, without a copy or a view: valid until the next append or `clear`. */
  lendTo(slice: Slice): void {
    slice.bytes = this.#bytes;
    slice.start = 0;
    slice.end = this.#length;
  }

  /** Negative, 0 or positive, as what is held sorts before, with or after `slice`. */
  compare({ bytes, start, end }: Readonly<Slice>): number {
    return compareBytes(this.#bytes, 0, this.#length, bytes, start, end);
  }

  /** A copy of what is held. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Empties it and keeps its memory. */
  clear(): void {
    this.#length = 0;
  }

  #turnTo(source: Uint8Array): void {
    const at = this.#recent.indexOf(source);
    const view = at === -1 ? this.#remember(source) : (this.#recentViews[at] as DataView);
    this.#source = source;
    this.#sourceView = view;
  }

  #remember(source: Uint8Array): DataView {
    const view = viewOf(source);
    this.#recent[this.#oldest] = source;
    this.#recentViews[this.#oldest] = view;
    this.#oldest = (this.#oldest + 1) % recentSourcesMax;
    return view;
  }

  #grow(bytesNeeded: number): void {
    if (bytesNeeded > this.bytesMax) throw new BufferFullError(this.bytesMax, bytesNeeded);
    const grown = new Uint8Array(Math.min(this.bytesMax, Math.max(bytesNeeded, this.#bytes.length * 2)));
    grown.set(this.view());
    this.#bytes = grown;
    this.#text = Buffer.from(grown.buffer);
    this.#view = viewOf(grown);
  }
}
