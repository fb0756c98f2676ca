/**
 * Bytes that come piece by piece, cut into blocks of whole records. For what can only be read forward: compressed files, and CSV,
 * where every byte must be looked at for quotes anyway.
 *
 * Call order: `append` a piece, `take` blocks until there is none, and so on; `end`, and `take` the rest. Each byte is looked at once, when it is
 * appended, with one bit of state (`record-bounds.ts`).
 *
 * Invariant: `bytes[0 .. #filled]` holds the file from `offset` on; byte 0 is the first of a record, and #whole is the end of the last whole one.
 * Memory: `blockBytes` and a piece, or the longest record and a piece.
 */
import type { InputFormat } from '@gridmr/contracts';
import { recordTooLarge } from './input-errors.js';
import { byteOrderMark, carriageReturn, isBlank, newline, quote } from './record-bounds.js';

export interface WindowLimits {
  readonly blockBytes: number;
  readonly recordBytesMax: number;
}

/** Bytes of whole records, valid until the window is next touched. */
export interface TakenRecords {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly records: number;
}

export class RecordWindow {
  #bytes: Uint8Array;
  #offset: number;
  #filled = 0;
  /** How many bytes at the front were taken, and are dropped by the next call. */
  #taken = 0;
  #whole = 0;
  #records = 0;
  /** The end of the file's first line, and whether it is a record. */
  #firstEnd = -1;
  #firstRecords = 0;
  #isQuoted = false;
  #isEnded = false;
  readonly #path: string;
  readonly #format: InputFormat;
  readonly #limits: WindowLimits;

  /** @param offset where in the file the first piece begins: the first byte of a record */
  constructor(path: string, format: InputFormat, offset: number, limits: WindowLimits) {
    this.#path = path;
    this.#format = format;
    this.#offset = offset;
    this.#limits = limits;
    this.#bytes = new Uint8Array(limits.blockBytes);
  }

  /** Copies the piece. Throws `TaskError` `record_too_large`. */
  append(piece: Uint8Array): void {
    this.#drop();
    const from = this.#filled;
    const filled = from + piece.length;
    if (filled > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(filled, Math.min(2 * this.#bytes.length, this.#limits.recordBytesMax)));
      grown.set(this.#bytes.subarray(0, from));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, from);
    this.#filled = filled;
    this.#lookAt(from);
    // The longest end of line may follow.
    if (filled - this.#whole > this.#limits.recordBytesMax + 2) throw this.#tooLarge(this.#whole);
  }

  /** No more pieces come: a last record needs no end of line. */
  end(): void {
    this.#drop();
    this.#isEnded = true;
    if (this.#filled > this.#whole) this.#endRecord(this.#filled, this.#filled);
  }

  /** A block, if enough is there or all has come. */
  take(): TakenRecords | undefined {
    this.#drop();
    if (this.#whole === 0 || (this.#filled < this.#limits.blockBytes && !this.#isEnded)) return undefined;
    return this.#give(this.#whole, this.#records);
  }

  /** Only the first line, blank or not, once it is whole: a header. To be asked for before anything else is taken. */
  takeFirst(): TakenRecords | undefined {
    this.#drop();
    return this.#firstEnd === -1 ? undefined : this.#give(this.#firstEnd, this.#firstRecords);
  }

  #give(end: number, records: number): TakenRecords {
    this.#taken = end;
    this.#records -= records;
    const start = this.#markLength();
    return { bytes: this.#bytes.subarray(start, end), offset: this.#offset + start, records };
  }

  #drop(): void {
    const count = this.#taken;
    if (count === 0) return;
    this.#bytes.copyWithin(0, count, this.#filled);
    this.#filled -= count;
    this.#whole -= count;
    this.#offset += count;
    this.#taken = 0;
    this.#firstEnd = -1;
  }

  #lookAt(from: number): void {
    const bytes = this.#bytes;
    const filled = this.#filled;
    const quoteByte = this.#format === 'csv' ? quote : -1;
    let isQuoted = this.#isQuoted;
    for (let at = from; at < filled; at++) {
      const byte = bytes[at];
      if (byte === quoteByte) isQuoted = !isQuoted;
      else if (byte === newline && !isQuoted) this.#endRecord(at, at + 1);
    }
    this.#isQuoted = isQuoted;
  }

  /** @param end of the record, with no newline; `next` after it */
  #endRecord(end: number, next: number): void {
    const start = this.#whole === 0 ? this.#markLength() : this.#whole;
    const hasReturn = next > end && end > start && this.#bytes[end - 1] === carriageReturn;
    if (end - start - (hasReturn ? 1 : 0) > this.#limits.recordBytesMax) throw this.#tooLarge(start);
    this.#whole = next;
    if (start === next) return;
    const records = isBlank(this.#bytes, start, end, this.#format) ? 0 : 1;
    this.#records += records;
    if (this.#firstEnd !== -1) return;
    this.#firstEnd = next;
    this.#firstRecords = records;
  }

  /** Of the byte-order mark at the beginning of the file, which belongs to no record. */
  #markLength(): number {
    const marked = this.#offset === 0 && byteOrderMark.every((byte, i) => i < this.#filled && this.#bytes[i] === byte);
    return marked ? byteOrderMark.length : 0;
  }

  #tooLarge(start: number): Error {
    const what = this.#format === 'csv' ? 'record' : 'line';
    return recordTooLarge(this.#path, what, this.#limits.recordBytesMax, this.#offset + start);
  }
}
