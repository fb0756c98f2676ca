/** Bytes in memory, read as a file is. */
import type { BlobReader } from '@gridmr/storage';

export class HeldBytes implements BlobReader {
  readonly path: string;
  readonly #content: Uint8Array;

  constructor(path: string, content: Uint8Array) {
    this.path = path;
    this.#content = content;
  }

  get bytes(): number {
    return this.#content.length;
  }

  readSync(target: Uint8Array, position: number): number {
    const piece = this.#content.subarray(position, position + target.length);
    target.set(piece);
    return piece.length;
  }

  [Symbol.dispose](): void {}
}
