/**
 * Reads a segment: see `segment-format.ts` for the layout.
 *
 * Call order: `openSegment`, then `readPartition` for one partition after the other: a new cursor ends the one before,
 * because they share one frame buffer. Whoever opened the file closes it.
 * Invariant: nothing that was read is used before its checksum and its range are checked.
 * Memory: a tail of the file and one frame. Cost: one read for the tail, which holds the index too if it is small, and one a frame.
 */
import { dataPlaneLimits, type SegmentPartition, segmentPartitionSchema } from '@gridmr/contracts';
import type { BlobReader } from '@gridmr/storage';
import type { GroupCursor } from './group-cursor.js';
import { SegmentCursor } from './segment-cursor.js';
import { SegmentDamagedError } from './segment-damaged-error.js';
import {
  decodeFooter,
  decodeIndexEntry,
  footerBytes,
  frameHeaderBytes,
  headerBytes,
  indexEntryBytes,
  type SegmentFooter,
} from './segment-format.js';
import { FrameReader } from './segment-frames.js';

/** Part of the file, held in memory. */
interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads and checks the footer.
 * @param expectedBytes what the attempt's commit record says that the file has
 * @throws SegmentDamagedError
 */
export function openSegment(reader: BlobReader, expectedBytes = reader.bytes): SegmentReader {
  if (reader.bytes !== expectedBytes) {
    throw new SegmentDamagedError(reader.path, undefined, `it has ${reader.bytes} bytes instead of ${expectedBytes}`);
  }
  const tail = readWindow(reader, Math.max(0, reader.bytes - dataPlaneLimits.segmentTailBytes), reader.bytes);
  const footer = decodeFooter(tail.bytes.subarray(Math.max(0, tail.bytes.length - footerBytes)));
  if (typeof footer === 'string') throw new SegmentDamagedError(reader.path, undefined, footer);
  const indexBytes = footer.partitions * indexEntryBytes;
  if (footer.indexOffset < headerBytes || footer.indexOffset + indexBytes + footerBytes !== reader.bytes) {
    throw new SegmentDamagedError(reader.path, undefined, 'its index does not fit into it');
  }
  if (footer.frameBytes > dataPlaneLimits.segmentFrameBytes) {
    throw new SegmentDamagedError(reader.path, undefined, 'its frames are too long');
  }
  return new SegmentReader(reader, footer, tail);
}

export class SegmentReader {
  readonly #reader: BlobReader;
  readonly #footer: SegmentFooter;
  readonly #frames: FrameReader;
  #window: Window;

  /** For `openSegment`, which checks what this takes for granted. */
  constructor(reader: BlobReader, footer: SegmentFooter, tail: Window) {
    this.#reader = reader;
    this.#footer = footer;
    this.#window = tail;
    this.#frames = new FrameReader(reader, footer.frameBytes);
  }

  get partitions(): number {
    return this.#footer.partitions;
  }

  get records(): number {
    return this.#footer.records;
  }

  /** Where a partition lies. Throws `SegmentDamagedError`. */
  partition(partition: number): SegmentPartition {
    if (partition >= this.#footer.partitions) {
      throw this.#damaged(partition, `it has ${this.#footer.partitions} partitions only`);
    }
    const place = this.#footer.indexOffset + partition * indexEntryBytes;
    const entry = decodeIndexEntry(partition, this.#windowAt(place));
    if (entry === undefined) throw this.#damaged(partition, 'the checksum of its index entry does not match');
    const checked = segmentPartitionSchema.safeParse(entry);
    if (!checked.success) throw this.#damaged(partition, 'its index entry is out of range', checked.error);
    const { offset, bytes, records } = checked.data;
    const possible = bytes === 0 ? records === 0 : bytes > frameHeaderBytes && records > 0;
    if (offset < headerBytes || offset + bytes > this.#footer.indexOffset || !possible) {
      throw this.#damaged(partition, 'its index entry does not fit into the file');
    }
    return checked.data;
  }

  /** The groups of a partition. Ends the cursor that was made before. Throws `SegmentDamagedError`, as the cursor does. */
  readPartition(partition: number): GroupCursor {
    const place = this.partition(partition);
    this.#frames.start(partition, place);
    return new SegmentCursor(this.#frames, place.records);
  }

  /** The index entry that begins at `place`. */
  #windowAt(place: number): Uint8Array {
    const { start, bytes } = this.#window;
    if (place < start || place + indexEntryBytes > start + bytes.length) {
      const end = Math.min(place + dataPlaneLimits.segmentTailBytes, this.#reader.bytes);
      this.#window = readWindow(this.#reader, place, end);
    }
    const at = place - this.#window.start;
    return this.#window.bytes.subarray(at, at + indexEntryBytes);
  }

  #damaged(partition: number, what: string, cause?: unknown): SegmentDamagedError {
    return new SegmentDamagedError(this.#reader.path, partition, what, { cause });
  }
}

function readWindow(reader: BlobReader, start: number, end: number): Window {
  const bytes = new Uint8Array(end - start);
  if (reader.readSync(bytes, start) !== bytes.length) {
    throw new SegmentDamagedError(reader.path, undefined, 'it ends too early');
  }
  return { start, bytes };
}
