/**
 * Some values of one group as bytes, as they stand in segments and pass through merges: nobody who only hands them on looks into them.
 *
 * ```
 * texts      for each value its length (varint) and its JSON text
 * integers   for each value a varint: whole numbers from 0 to 2^32 - 1
 * doubles    for each value eight bytes, IEEE 754, little-endian
 * ```
 *
 * Example: the integers 1, 2, 300 are 01 02 AC 02.
 * Cost: about 3 ns an integer, 1 ns a double, either way.
 */
import { type ByteBuffer, varintBytesMax } from './byte-buffer.js';

export const chunkKinds = { texts: 0, integers: 1, doubles: 2 } as const;
export type ChunkKind = (typeof chunkKinds)[keyof typeof chunkKinds];

/** A count and a kind in one number: `count * kindsPerCount + kind`. */
export const kindsPerCount = 4;

export const doubleBytes = Float64Array.BYTES_PER_ELEMENT;

/** `bytes[start .. end]`, at least one value. */
export interface ValueChunk {
  kind: ChunkKind;
  count: number;
  bytes: Uint8Array;
  start: number;
  end: number;
}

export function emptyChunk(): ValueChunk {
  return { kind: chunkKinds.texts, count: 0, bytes: new Uint8Array(0), start: 0, end: 0 };
}

/** Bytes that are not the chunk that they are said to be. */
export class ChunkMalformedError extends Error {
  constructor() {
    super('a chunk of values is malformed');
    this.name = 'ChunkMalformedError';
  }
}

/** Appends the first `count` numbers in the shorter of the two ways that can hold them all, and says which. */
export function appendNumbers(target: ByteBuffer, numbers: Float64Array, count: number): ChunkKind {
  if (!areIntegers(numbers, count)) {
    target.append(new Uint8Array(numbers.buffer, numbers.byteOffset, count * doubleBytes));
    return chunkKinds.doubles;
  }
  target.reserve(count * varintBytesMax);
  for (let i = 0; i < count; i++) target.appendVarint(numbers[i] as number);
  return chunkKinds.integers;
}

function areIntegers(numbers: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const number = numbers[i] as number;
    if (number >>> 0 !== number) return false;
  }
  return true;
}

/** Reads the numbers of a chunk, some at a time. */
export class NumberReader {
  readonly #scratch = new Uint8Array(doubleBytes);
  readonly #double = new Float64Array(this.#scratch.buffer);
  #kind: ChunkKind = chunkKinds.integers;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  start({ kind, bytes, start, end }: Readonly<ValueChunk>): void {
    this.#kind = kind;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** The next `count` numbers to `target[to]` and on, which must have room for them. Throws `ChunkMalformedError`. */
  read(target: Float64Array, to: number, count: number): void {
    if (this.#kind === chunkKinds.doubles) this.#readDoubles(target, to, count);
    else this.#readIntegers(target, to, count);
  }

  #readIntegers(target: Float64Array, to: number, count: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = to; i < to + count; i++) {
      let byte = bytes[at++] as number;
      let number = byte & 127;
      for (let scale = 128; byte > 127; scale *= 128) {
        if (at >= this.#end) throw new ChunkMalformedError();
        byte = bytes[at++] as number;
        number += (byte & 127) * scale;
      }
      target[i] = number;
    }
    if (at > this.#end) throw new ChunkMalformedError();
    this.#at = at;
  }

  #readDoubles(target: Float64Array, to: number, count: number): void {
    const end = this.#at + count * doubleBytes;
    if (end > this.#end) throw new ChunkMalformedError();
    if (count === 1) {
      for (let i = 0; i < doubleBytes; i++) this.#scratch[i] = this.#bytes[this.#at + i] as number;
      target[to] = this.#double[0] as number;
    } else {
      new Uint8Array(target.buffer, target.byteOffset + to * doubleBytes).set(this.#bytes.subarray(this.#at, end));
    }
    this.#at = end;
  }
}
