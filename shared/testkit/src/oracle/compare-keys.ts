/**
 * The order of keys: booleans < numbers < strings < arrays; strings by Unicode code point, arrays element by element.
 * (UTF-8 sorts by its bytes as Unicode does by its code points.)
 */
import type { Key } from './normalise-key.js';

/** Negative if `a` comes first, positive if `b` does, 0 if they are the same key. */
export function compareKeys(a: Key, b: Key): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

function rank(key: Key): number {
  return ['boolean', 'number', 'string', 'object'].indexOf(typeof key);
}

function compareArrays(a: readonly Key[], b: readonly Key[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined) return 1;
    const order = compareKeys(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
