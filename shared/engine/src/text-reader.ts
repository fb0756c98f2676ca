/** Reads the texts of a chunk (`value-chunk.ts`), one at a time. */
import { type ByteBuffer, varintBytesMax } from './byte-buffer.js';
import type { Slice } from './group-cursor.js';
import { ChunkMalformedError, type ValueChunk } from './value-chunk.js';

const quote = 0x22;
const backslash = 0x5c;

export class TextReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #next = 0;

  start({ bytes, start, end }: Readonly<ValueChunk>): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Appends the next text. Throws `ChunkMalformedError`. */
  appendNext(target: ByteBuffer): void {
    const start = this.#startOfText();
    target.append(this.#bytes, start, this.#next);
    this.#at = this.#next;
  }

  /** Makes `slice` the next text, without a copy. Throws `ChunkMalformedError`. */
  lendNext(slice: Slice): void {
    slice.start = this.#startOfText();
    slice.end = this.#next;
    slice.bytes = this.#bytes;
    this.#at = this.#next;
  }

  /** Whether the next text is a string that holds no escape: its content stands for itself. */
  get isPlainNext(): boolean {
    const at = this.#at;
    const start = this.#startOfText();
    this.#at = at;
    if (this.#bytes[start] !== quote) return false;
    for (let i = start + 1; i < this.#next; i++) if (this.#bytes[i] === backslash) return false;
    return true;
  }

  /** Appends the next text without its quotes: to be called only where it is plain. */
  appendPlain(target: ByteBuffer): void {
    const start = this.#startOfText();
    target.append(this.#bytes, start + 1, this.#next - 1);
    this.#at = this.#next;
  }

  /** Reads the next text's length, which says where the text after it begins. */
  #startOfText(): number {
    const length = this.#readLength();
    this.#next = this.#at + length;
    if (this.#next > this.#end) throw new ChunkMalformedError();
    return this.#at;
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
