/**
 * Which partition a key belongs to, when the user gives no `partition` function.
 *
 * FNV-1a over the bytes of the encoded key, four at a time (the last ones one at a time), then the finalizer of MurmurHash3, because the low bits of
 * FNV alone are poor for short keys and are the very ones that `partitionOf` looks at. The sort buffer uses the same hash for its
 * table, so that each key is hashed once.
 *
 * Invariant: the same key gives the same hash on every machine and in every version, or a reduce task that reads segments
 * of attempts made before an upgrade would miss values of its keys. The tests hold golden values.
 * Example: the key "a" is encoded as 04 61; its hash modulo 4 is its partition among 4.
 * Cost: one multiplication for four bytes, about 0.5 ns a byte.
 */

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/** 32 bits, unsigned, of the encoded key `bytes[start .. end]`. */
export function hashKey(bytes: Uint8Array, start: number, end: number): number {
  let hash = fnvOffset;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    // The upper half of a word would not reach the lower half of the product: it is folded in.
    hash = Math.imul(hash ^ word ^ (word >>> 15), fnvPrime);
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), fnvPrime);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A partition in [0, reducers) from `hashKey`'s answer. `reducers` is at least 1. */
export function partitionOf(hash: number, reducers: number): number {
  return hash % reducers;
}
