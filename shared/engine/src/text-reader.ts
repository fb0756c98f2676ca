/** Reads the texts of a chunk (`value-chunk.ts`), one at a time. */
import { type ByteBuffer, varintBytesMax } from './byte-buffer.js';
import { ChunkMalformedError, type ValueChunk } from './value-chunk.js';

export class TextReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  start({ bytes, start, end }: Readonly<ValueChunk>): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Appends the next text. Throws `ChunkMalformedError`. */
  appendNext(target: ByteBuffer): void {
    const length = this.#readLength();
    const end = this.#at + length;
    if (end > this.#end) throw new ChunkMalformedError();
    target.append(this.#bytes, this.#at, end);
    this.#at = end;
  }

  #readLength(): number {
    let length = 0;
    let scale = 1;
    for (let i = 0; i < varintBytesMax && this.#at < this.#end; i++) {
      const byte = this.#bytes[this.#at++] as number;
      length += (byte & 127) * scale;
      if (byte < 128) return length;
      scale *= 128;
    }
    throw new ChunkMalformedError();
  }
}
