/**
 * Columns of typed arrays, and room in them. A write past the end of one vanishes silently, so whoever is about to write asks for room first.
 * Memory doubles, so that growing costs O(1) per element on average.
 */

type GrowableArray = Uint8Array | Uint32Array | Float64Array;

/** `array`, or a longer copy of it, with room for at least `length` elements. */
export function withRoom<T extends GrowableArray>(array: T, length: number): T {
  if (length <= array.length) return array;
  const grown = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2));
  grown.set(array);
  return grown;
}

/** Where number `index` of a column begins, of which `ends` holds the ends: where the one before it ends. */
export function endBefore(ends: Uint32Array, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] as number);
}
