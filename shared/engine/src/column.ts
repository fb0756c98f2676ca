/**
 * Columns of typed arrays, and room in them. A write past the end of one vanishes silently, so whoever is about to write asks for room first.
 * Memory doubles, so that growing costs O(1) per element on average.
 */

type GrowableArray = Uint8Array | Uint32Array;

/** `array`, or a longer copy of it, with room for at least `length` elements. */
export function withRoom<T extends GrowableArray>(array: T, length: number): T {
  if (length <= array.length) return array;
  const longer = Math.max(length, array.length * 2);
  const grown = array instanceof Uint8Array ? new Uint8Array(longer) : new Uint32Array(longer);
  grown.set(array);
  return grown as T;
}

/** Where number `index` of a column begins, of which `ends` holds the ends: where the one before it ends. */
export function endBefore(ends: Uint32Array, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] as number);
}
