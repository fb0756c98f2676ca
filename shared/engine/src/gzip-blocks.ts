/** Bytes on their way into a compressed file: cut into blocks of one length, whatever they come in, so that equal text is stored equally. */
import { dataPlaneLimits } from '@gridmr/contracts';
import { encodeBgzfBlock } from './bgzf.js';

export class GzipBlocks {
  readonly #output: { write(bytes: Uint8Array): void };
  readonly #text = new Uint8Array(dataPlaneLimits.gzipBlockBytes);
  #used = 0;
  #textBytes = 0;

  constructor(output: { write(bytes: Uint8Array): void }) {
    this.#output = output;
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const taken = bytes.subarray(from, from + this.#text.length - this.#used);
      this.#text.set(taken, this.#used);
      this.#used += taken.length;
      from += taken.length;
      if (this.#used === this.#text.length) this.#empty();
    }
    this.#textBytes += bytes.length;
  }

  /** Writes what is still held, and the end. Returns how many bytes of text there were. */
  finish(): number {
    if (this.#used > 0) this.#empty();
    this.#empty();
    return this.#textBytes;
  }

  #empty(): void {
    this.#output.write(encodeBgzfBlock(this.#text.subarray(0, this.#used)));
    this.#used = 0;
  }
}
