/**
 * The first six bytes of a key as one number, so that most comparisons of keys are one comparison of doubles.
 *
 * Invariant: if the prefix of a is less than that of b, a sorts before b; if they are equal, the bytes decide. (Six
 * bytes are 48 bits, which a double holds exactly; a shorter key counts as if followed by zeros.)
 * Example: the string "word" is encoded as 04 77 6F 72 64 and has the prefix 0x04776F726400.
 */
const prefixBytes = 6;

/** The prefix of the encoded key `bytes[start .. end]`. */
export function keyPrefix(bytes: Uint8Array, start: number, end: number): number {
  let prefix = 0;
  const stop = start + prefixBytes;
  for (let at = start; at < stop; at++) prefix = prefix * 256 + (at < end ? (bytes[at] as number) : 0);
  return prefix;
}
