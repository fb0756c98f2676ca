/** Where a merge takes its sorted groups from: a committed segment, a run, or a sort buffer. */
import type { BlobReader } from '@gridmr/storage';
import type { GroupCursor } from './group-cursor.js';
import { openSegment, type SegmentReader } from './segment-reader.js';
import type { SortedGroups } from './sorted-groups.js';

/** Sorted groups of some partitions, opened when their turn comes. */
export interface SortedSource {
  open(): Promise<OpenSource>;
  /** Frees what lies behind it, once it is merged. */
  remove(): void;
}

/** Its cursors are read one after the other: a new one ends the one before. */
export interface OpenSource extends Disposable {
  readPartition(partition: number): GroupCursor;
}

/** A segment in an open file, which closes with it. `read` says which of its partitions stands for partition p. */
export function openSegmentSource(
  file: BlobReader,
  expectedBytes: number,
  read: (segment: SegmentReader, partition: number) => GroupCursor,
): OpenSource {
  const close = () => file[Symbol.dispose]();
  try {
    const segment = openSegment(file, expectedBytes);
    return { readPartition: partition => read(segment, partition), [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

/** What a sort buffer holds. */
export function bufferSource(sorted: SortedGroups): SortedSource {
  const nothing = () => {};
  return {
    open: async () => ({ readPartition: partition => sorted.readPartition(partition), [Symbol.dispose]: nothing }),
    remove: nothing,
  };
}
