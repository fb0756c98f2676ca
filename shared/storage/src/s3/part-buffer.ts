/** Gathers what is written into parts. Grows with its content: most files are small. */
import { partBytes } from './part-sizes.js';

const firstBytes = 4096;

export class PartBuffer {
  /** Parts that were taken out. */
  parts = 0;
  #buffer = new Uint8Array();
  #filled = 0;

  /** What is in it; valid until more is added. */
  get content(): Uint8Array {
    return this.#buffer.subarray(0, this.#filled);
  }

  /** Takes in what fits into this part, and returns the rest. */
  add(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, this.#size - this.#filled);
    this.#grow(this.#filled + taken.length);
    this.#buffer.set(taken, this.#filled);
    this.#filled += taken.length;
    return bytes.subarray(taken.length);
  }

  get isFull(): boolean {
    return this.#filled === this.#size;
  }

  /** The part, which is the caller's from now on, with the whole buffer that it is in. */
  take(): Uint8Array<ArrayBuffer> {
    const part = this.#buffer.subarray(0, this.#filled);
    this.#buffer = new Uint8Array();
    this.#filled = 0;
    this.parts++;
    return part;
  }

  get #size(): number {
    return partBytes(this.parts + 1);
  }

  #grow(bytes: number): void {
    if (this.#buffer.length >= bytes) return;
    let length = Math.max(firstBytes, this.#buffer.length);
    while (length < bytes) length *= 2;
    const buffer = new Uint8Array(Math.min(length, this.#size));
    buffer.set(this.content);
    this.#buffer = buffer;
  }
}
