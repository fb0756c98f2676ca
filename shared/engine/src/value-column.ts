/**
 * The values of many pairs, side by side: all of them numbers, or all of them JSON texts. Numbers, the commonest values, never become text on their way
 * from one of the user's functions to another.
 */
import { endBefore } from './column.js';

/** Numbers that JSON can hold: finite, and no -0. */
export interface NumberColumn {
  readonly kind: 'numbers';
  /** At least as long as there are pairs. */
  readonly numbers: Float64Array;
}

/** Value i is `bytes[ends[i-1] .. ends[i]]`, from 0 for the first: JSON text in UTF-8 without line breaks between tokens. */
export interface TextColumn {
  readonly kind: 'texts';
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

export type ValueColumn = NumberColumn | TextColumn;

/** Bytes of the first `count` values: of texts their length, of numbers eight each. */
export function valueBytes(values: ValueColumn, count: number): number {
  return values.kind === 'numbers' ? count * Float64Array.BYTES_PER_ELEMENT : endBefore(values.ends, count);
}
