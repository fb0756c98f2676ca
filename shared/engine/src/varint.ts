/**
 * Whole numbers below 2^32 in one to five bytes: 7 bits a byte, low ones first, the high bit set on all but the last.
 * Example: 300 is AC 02.
 */
import type { ByteBuffer } from './byte-buffer.js';

export const varintBytesMax = 5;

/** Appends `number`. Throws `RangeError` if it does not fit in 32 bits. */
export function appendVarint(target: ByteBuffer, number: number): void {
  if (number < 0 || number > 0xffff_ffff) throw new RangeError(`${number} does not fit in 32 bits`);
  let rest = number;
  while (rest > 127) {
    target.appendByte((rest & 127) | 128);
    rest >>>= 7;
  }
  target.appendByte(rest);
}
