/**
 * The records of one part, one after the other, each known by its key before it is read.
 *
 * Call order: `next` (or `nextHeld`, which never waits), then `take` until it gives the record's end, with `fill` whenever it does not;
 * then `next` again. Held are the chunk that came last and a record's key, never a whole record that is longer.
 */
import { type OutputFormat, resultLimits } from '@gridmr/contracts';
import { encodeKey, type Key } from '@gridmr/engine';
import { type NextKeyKind, pairFormats } from './pair-format.js';
import { RecordScanner } from './record-scanner.js';

const nothing = new Uint8Array(0);

export class RecordCursor {
  /** Position among the parts: which record goes first if keys are equal. */
  readonly number: number;
  /** The current record's, encoded so that its bytes compare as keys do. */
  key: Uint8Array = nothing;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #format: OutputFormat;
  readonly #nextKeyKind: NextKeyKind;
  #scanner: RecordScanner;
  #bytes: Uint8Array = nothing;
  #at = 0;

  constructor(number: number, chunks: AsyncIterable<Uint8Array>, format: OutputFormat, nextKeyKind: NextKeyKind) {
    this.number = number;
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#format = format;
    this.#nextKeyKind = nextKeyKind;
    this.#scanner = new RecordScanner(format);
  }

  /** Goes to the next record; false at the end. */
  async next(): Promise<boolean> {
    while (!this.nextHeld()) {
      if (this.#bytes.length - this.#at > resultLimits.storedKeyBytesMax) throw new Error('a key in a part has no end');
      if (await this.fill()) continue;
      if (this.#at < this.#bytes.length) throw new Error('a part ends within a record');
      return false;
    }
    return true;
  }

  /** Goes to the next record if its key is held already. */
  nextHeld(): boolean {
    const { keyEnd, readKey } = pairFormats[this.#format];
    const end = this.#at < this.#bytes.length ? keyEnd(this.#bytes, this.#at) : -1;
    if (end < 0) return false;
    const stored = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, end - this.#at);
    const { text, isString } = readKey(stored.toString('utf8'), this.#nextKeyKind());
    this.key = encodeKey(isString ? text : (JSON.parse(text) as Key));
    this.#scanner = new RecordScanner(this.#format);
    return true;
  }

  /** What is held of the current record; `ended` if that is all the rest of it. */
  take(): { bytes: Uint8Array; ended: boolean } {
    const end = this.#scanner.endAfter(this.#bytes, this.#at);
    const bytes = this.#bytes.subarray(this.#at, end < 0 ? this.#bytes.length : end);
    this.#at += bytes.length;
    return { bytes, ended: end >= 0 };
  }

  /** Reads on; false at the end. What is held is kept. */
  async fill(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    const kept = this.#bytes.subarray(this.#at);
    this.#bytes = kept.length === 0 ? value : Buffer.concat([kept, value]);
    this.#at = 0;
    return true;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
