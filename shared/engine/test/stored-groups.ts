/** Groups as plain values, for tests: into cursors and segments, and out of them. */
import { ByteBuffer } from '../dist/byte-buffer.js';
import type { GroupCursor, Slice } from '../dist/group-cursor.js';
import { decodeKey, encodeKey, type Key } from '../dist/key-encoding.js';
import { openSegment } from '../dist/segment-reader.js';
import { SegmentWriter } from '../dist/segment-writer.js';
import { TextReader } from '../dist/text-reader.js';
import { chunkKinds, NumberReader, type ValueChunk } from '../dist/value-chunk.js';
import { MemoryReader } from './memory-reader.js';
import { MemorySink } from './run-job.js';

export type Group = [key: Key, values: string[]];

/** All that a cursor has. */
export function groupsOf(cursor: GroupCursor): Group[] {
  const groups: Group[] = [];
  while (cursor.nextGroup()) {
    const values: string[] = [];
    groups.push([decodeKey(bytesOf(cursor.key)), values]);
    while (cursor.nextChunk()) values.push(...valuesOf(cursor.chunk));
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
      for (const value of values) addValue(writer, value);
    }
  });
  writer.finish();
  return sink.content;
}

/** A JSON text, as a number if it is one. */
function addValue(writer: SegmentWriter, value: string): void {
  if (String(Number(value)) === value && Number.isFinite(Number(value))) writer.addNumber(Number(value));
  else writer.addText(Buffer.from(value), 0, Buffer.byteLength(value));
}

/** The JSON texts of a chunk's values. */
function valuesOf(chunk: Readonly<ValueChunk>): string[] {
  if (chunk.kind !== chunkKinds.texts) {
    const reader = new NumberReader();
    const numbers = new Float64Array(chunk.count);
    reader.start(chunk);
    reader.read(numbers, 0, chunk.count);
    return Array.from(numbers, String);
  }
  const reader = new TextReader();
  reader.start(chunk);
  return Array.from({ length: chunk.count }, () => {
    const text = new ByteBuffer(1 << 20);
    reader.appendNext(text);
    return Buffer.from(text.view()).toString();
  });
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
