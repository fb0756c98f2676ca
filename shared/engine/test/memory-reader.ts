import type { BlobReader } from '@gridmr/storage';

/** An open file whose bytes are in memory. */
export class MemoryReader implements BlobReader {
  readonly path = 'input/text.txt';
  readonly #content: Uint8Array;
  /** The number of calls that read. */
  reads = 0;

  constructor(content: Uint8Array) {
    this.#content = content;
  }

  get bytes(): number {
    return this.#content.length;
  }

  readSync(target: Uint8Array, position: number): number {
    this.reads++;
    const part = this.#content.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  [Symbol.dispose](): void {}
}
