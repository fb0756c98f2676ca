/**
 * The CRC-32 of two texts, one after the other, from the CRC-32 of each: polynomials over GF(2), as zlib's `crc32_combine` does it.
 *
 * Appending n bytes multiplies a CRC by x^(8n) modulo the polynomial; the CRC of what was appended is added. Powers come from squaring.
 * Cost: 32 steps for each bit of the length; a length that comes again costs 32 steps.
 */
const polynomial = 0xedb88320;
/** Bits are reversed: the highest one is x^0. */
const one = 0x8000_0000;
const x = 0x4000_0000;

/** @param bytes length of the second text */
export function combineCrc32(first: number, second: number, bytes: number): number {
  return (multiply(powerOf(bytes), first) ^ second) >>> 0;
}

/** Nearly all blocks have the same length. */
let known = { bytes: 0, power: one };

/** x^(8 * bytes). */
function powerOf(bytes: number): number {
  if (known.bytes === bytes) return known.power;
  let square = x;
  for (let doubled = 0; doubled < 3; doubled++) square = multiply(square, square);
  let power = one;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiply(square, power);
    square = multiply(square, square);
  }
  known = { bytes, power };
  return power;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
  }
  return product >>> 0;
}
