/**
 * Reads one range of a plain file of lines (`text`, `jsonl`) as blocks of whole lines: the fast way, for the commonest input.
 * What is not plain goes through `record-window.ts`.
 *
 * A range is cut anywhere, so lines are dealt out by one rule: **a range owns every line whose first byte lies in [start, end)**.
 * A reader therefore skips to the first line that begins at or after `start` (a line begins at 0 and after every newline, so it looks
 * from byte start - 1 on), and reads past `end` to finish the last line it owns. Whatever the cuts, every line belongs to
 * exactly one range, and ranges need not know of each other.
 *
 * ```
 * file      a a a \n b b b b b b b \n c \n       ranges [0, 6) [6, 12) [12, 14)
 * owned     [0, 6): aaa, bbbbbbb      [6, 12): nothing: b begins before it, c after it      [12, 14): c
 * ```
 *
 * A block is cut behind the last newline in the buffer; the rest of the buffer moves to its front and the next bytes are read behind it.
 * A line that fills the buffer makes it grow, up to the longest record allowed. A byte-order mark at the beginning of a file belongs to no
 * record. Blocks hold the bytes as they are: taking off `\r` and decoding are the sandbox's part.
 *
 * Memory: one buffer of `blockBytes`, or as long as the longest line. Cost: each byte is read once, searched about twice and moved at most once.
 */
import { dataPlaneLimits, type InputRange } from '@gridmr/contracts';
import { type BlobReader, inputChanged } from '@gridmr/storage';
import { recordTooLarge } from './input-errors.js';
import type { RecordBlock } from './program.js';
import { byteOrderMark, carriageReturn, countRecords, newline } from './record-bounds.js';

/** Bytes of the longest end of line. */
const lineEndBytes = 2;

export interface TextBlockOptions {
  readonly blockBytes?: number;
  readonly recordBytesMax?: number;
  readonly format?: 'text' | 'jsonl';
}

/**
 * The records of `range` in order. The caller opens and closes `reader`.
 *
 * **A block is valid until the next one is asked for**: its bytes are a view of a buffer that is used again. A file that has grown since it
 * was planned is read as it was then. Throws `TaskError` `input_changed` if it has become shorter, `record_too_large` for a line
 * longer than `recordBytesMax`.
 */
export function* readTextBlocks(
  reader: BlobReader,
  range: InputRange,
  options: TextBlockOptions = {},
): Generator<RecordBlock, void> {
  if (reader.bytes < range.file_bytes) throw inputChanged(range, reader.bytes);
  const window = new LineWindow(reader, range, options);
  const { path } = range;
  const { format = 'text' } = options;
  if (!window.findFirstLine()) return;
  do {
    const end = window.findBlockEnd();
    const bytes = window.bytes.subarray(0, end);
    yield { path, format, bytes, offset: window.offset, records: countRecords(bytes, format) };
    window.drop(end);
  } while (window.offset < range.end);
}

/** The part of the file that is in memory: `bytes[0 .. #filled]`, of which byte 0 stands at `offset` of the file. */
class LineWindow {
  bytes: Uint8Array;
  offset: number;
  #filled = 0;
  readonly #reader: BlobReader;
  readonly #range: InputRange;
  readonly #blockBytes: number;
  readonly #recordBytesMax: number;

  constructor(reader: BlobReader, range: InputRange, options: TextBlockOptions) {
    this.#reader = reader;
    this.#range = range;
    this.#recordBytesMax = options.recordBytesMax ?? dataPlaneLimits.recordBytesMax;
    this.#blockBytes = Math.min(options.blockBytes ?? dataPlaneLimits.blockBytes, this.#recordBytesMax);
    this.offset = Math.max(0, range.start - 1);
    this.bytes = new Uint8Array(Math.max(byteOrderMark.length, Math.min(this.#blockBytes, range.end - this.offset)));
  }

  /** Moves to the first line that the range owns. Returns whether there is one. */
  findFirstLine(): boolean {
    const { start, end, file_bytes } = this.#range;
    if (start >= end) return false;
    if (start === 0) {
      this.#readTo(Math.min(byteOrderMark.length, file_bytes));
      if (byteOrderMark.every((byte, i) => i < this.#filled && this.bytes[i] === byte)) this.drop(byteOrderMark.length);
      return this.offset < file_bytes;
    }
    while (this.offset < end - 1) {
      this.#readTo(Math.min(end, this.offset + this.bytes.length));
      const at = this.#indexOfNewline(0);
      this.drop(at === -1 ? this.#filled : at + 1);
      if (at !== -1) return this.offset < end;
    }
    return false;
  }

  /**
   * Reads on until a block is whole, and returns its length: up to the end of the range's last line, or to the last newline in the buffer.
   * Byte 0 is the first of a line that the range owns.
   */
  findBlockEnd(): number {
    const { end, file_bytes } = this.#range;
    let limit = this.#blockBytes;
    let searched = 0;
    for (;;) {
      const lastLineEnd = this.#endOfLastLine(searched);
      if (lastLineEnd !== -1) return this.#checked(lastLineEnd);
      if (this.#filled >= limit) {
        const at = this.#lastIndexOfNewline();
        if (at !== -1) return this.#checked(at + 1);
        limit = this.#longerThan(limit);
      }
      searched = this.#filled;
      const position = this.offset + this.#filled;
      const wanted = position < end ? end : position + dataPlaneLimits.lineEndReadBytes;
      this.#readTo(Math.min(wanted, file_bytes, this.offset + limit));
    }
  }

  /** Where the range's last line, the one that holds byte end - 1, ends in the buffer; -1 if that is not read yet. */
  #endOfLastLine(searched: number): number {
    const { end, file_bytes } = this.#range;
    const position = this.offset + this.#filled;
    if (position < end) return -1;
    const at = this.#indexOfNewline(Math.max(end - 1 - this.offset, searched));
    if (at !== -1) return at + 1;
    return position === file_bytes ? this.#filled : -1;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.#filled);
    this.#filled -= count;
    this.offset += count;
  }

  /** Reads on up to `position` of the file. */
  #readTo(position: number): void {
    const length = position - this.offset;
    if (length <= this.#filled) return;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(length);
      grown.set(this.bytes.subarray(0, this.#filled));
      this.bytes = grown;
    }
    const from = this.offset + this.#filled;
    const got = this.#reader.readSync(this.bytes.subarray(this.#filled, length), from);
    if (from + got < position) throw inputChanged(this.#range, from + got);
    this.#filled = length;
  }

  #indexOfNewline(from: number): number {
    const at = this.bytes.indexOf(newline, from);
    return at < this.#filled ? at : -1;
  }

  #lastIndexOfNewline(): number {
    return this.bytes.lastIndexOf(newline, this.#filled - 1);
  }

  /** How far the buffer may be filled when a line is longer than `limit`. */
  #longerThan(limit: number): number {
    const limitMax = this.#recordBytesMax + lineEndBytes;
    if (limit === limitMax) throw this.#tooLarge();
    return Math.min(limit * 2, limitMax);
  }

  /** Only the first line of a block can be too long: no other is looked for before the buffer holds more than a record may have. */
  #checked(blockLength: number): number {
    if (blockLength > this.#recordBytesMax) {
      const at = this.#indexOfNewline(0);
      const recordEnd = at > 0 && this.bytes[at - 1] === carriageReturn ? at - 1 : at;
      if ((at === -1 ? blockLength : recordEnd) > this.#recordBytesMax) throw this.#tooLarge();
    }
    return blockLength;
  }

  #tooLarge(): Error {
    return recordTooLarge(this.#range.path, 'line', this.#recordBytesMax, this.offset);
  }
}
