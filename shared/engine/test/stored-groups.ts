/** Groups as plain values, for tests: into cursors and segments, and out of them. */

import type { GroupCursor, Slice } from '../dist/group-cursor.js';
import { decodeKey, encodeKey, type Key } from '../dist/key-encoding.js';
import { openSegment } from '../dist/segment-reader.js';
import { SegmentWriter } from '../dist/segment-writer.js';
import { MemoryReader } from './memory-reader.js';
import { MemorySink } from './run-job.js';

export type Group = [key: Key, values: string[]];

/** All that a cursor has. */
export function groupsOf(cursor: GroupCursor): Group[] {
  const groups: Group[] = [];
  while (cursor.nextGroup()) {
    const values: string[] = [];
    groups.push([decodeKey(bytesOf(cursor.key)), values]);
    while (cursor.nextValue()) values.push(Buffer.from(bytesOf(cursor.value)).toString());
  }
  return groups;
}

/** Groups in order of their keys, each key once. */
export function sortGroups(groups: readonly Group[]): Group[] {
  const byName = new Map(groups.map(group => [Buffer.from(encodeKey(group[0])).toString('latin1'), group]));
  const names = [...byName.keys()].sort((a, b) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')));
  return names.map(name => byName.get(name)!);
}

/** A segment of sorted groups, partition by partition. */
export function writeSegment(partitions: readonly Group[][], segmentFrameBytes: number, writeBufferBytes = 50): Buffer {
  const sink = new MemorySink();
  const writer = new SegmentWriter(sink, { partitions: partitions.length, segmentFrameBytes, writeBufferBytes });
  partitions.forEach((groups, partition) => {
    for (const [key, values] of groups) {
      writer.startGroup(partition, slice(encodeKey(key)));
      for (const value of values) writer.addValue(slice(Buffer.from(value)));
    }
  });
  writer.finish();
  return sink.content;
}

/** All partitions of a segment. */
export function readSegment(content: Uint8Array): Group[][] {
  const segment = openSegment(new MemoryReader(content));
  return Array.from({ length: segment.partitions }, (_, partition) => groupsOf(segment.readPartition(partition)));
}

/** A cursor over groups that are sorted already. */
export function cursorOf(groups: readonly Group[]): GroupCursor {
  return openSegment(new MemoryReader(writeSegment([[...groups]], 30))).readPartition(0);
}

export function slice(bytes: Uint8Array): Slice {
  return { bytes, start: 0, end: bytes.length };
}

function bytesOf({ bytes, start, end }: Readonly<Slice>): Uint8Array {
  return bytes.slice(start, end);
}
