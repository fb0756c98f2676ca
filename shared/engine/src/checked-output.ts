/**
 * Bytes on their way into a file: gathered into big writes, counted, and summed up as one CRC-32C of the whole file, or of its end if
 * `startSum` is called.
 * Cost: one copy of what is smaller than the buffer; what is bigger goes straight through.
 */
import type { WrittenFile } from '@gridmr/contracts';
import { crc32c } from './crc32c.js';
import type { ByteSink } from './scratch-file.js';

export class CheckedOutput {
  readonly #sink: ByteSink;
  readonly #buffer: Uint8Array;
  #used = 0;
  #bytes = 0;
  #crc32c = 0;
  #isSummed: boolean;

  /** @param isSummed whether from the first byte on */
  constructor(sink: ByteSink, bufferBytes: number, isSummed = true) {
    this.#isSummed = isSummed;
    this.#sink = sink;
    this.#buffer = new Uint8Array(bufferBytes);
  }

  /** Bytes written so far: where the next ones will stand. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The sum covers what is written from here on. */
  startSum(): void {
    this.#empty();
    this.#isSummed = true;
  }

  /** Takes the bytes over at once: the caller may use their memory again. */
  write(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#buffer.length) this.#empty();
    if (bytes.length > this.#buffer.length) {
      this.#pass(bytes);
    } else {
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.length;
    }
    this.#bytes += bytes.length;
  }

  /** Writes what is still held. Call it once, last. */
  finish(records: number): WrittenFile {
    this.#empty();
    return { bytes: this.#bytes, records, crc32c: this.#crc32c };
  }

  #empty(): void {
    if (this.#used === 0) return;
    this.#pass(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #pass(bytes: Uint8Array): void {
    if (this.#isSummed) this.#crc32c = crc32c(bytes, this.#crc32c);
    this.#sink.writeSync(bytes);
  }
}
