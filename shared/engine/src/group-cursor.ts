/**
 * Sorted groups as a stream: what the sort buffer, a segment and a merge all look like to whoever reads them.
 *
 * Call order: `nextGroup`, then `nextChunk` until it says false or the rest is of no interest, then `nextGroup` again.
 * Invariant: keys ascend by their bytes, and no key comes twice; every group has a value.
 * Nothing is copied or allocated per value: `key` and `chunk` are two views that move on.
 */
import type { ValueChunk } from './value-chunk.js';

/** `bytes[start .. end]`. */
export interface Slice {
  bytes: Uint8Array;
  start: number;
  end: number;
}

export function emptySlice(): Slice {
  return { bytes: new Uint8Array(0), start: 0, end: 0 };
}

export interface GroupCursor {
  /** The current group's key. Valid until the next `nextGroup`. */
  readonly key: Readonly<Slice>;
  /** Some of its values, in their order. Valid until the next call. */
  readonly chunk: Readonly<ValueChunk>;
  /** Goes to the next group, past the values that were not read; false at the end. */
  nextGroup(): boolean;
  /** Goes to the group's next values; false after the last ones. */
  nextChunk(): boolean;
}
