/**
 * Writes a segment: see `segment-format.ts` for the layout.
 *
 * Call order: for each group in order `startGroup`, then `addChunk`, `addNumber` or `addText` for its values; at last `finish`.
 * Values gather in a buffer until their kind changes or they fill a frame, since their number stands before them; a group with more goes on
 * in further entries. Starting the group that is already open goes on with it.
 * Invariant: partitions ascend, and keys within them; anything else is a fault of the caller and throws.
 * Memory: two frames and one write buffer, or the biggest value. Cost: two copies and a checksum of each byte.
 */
import { dataPlaneLimits, type WrittenFile } from '@gridmr/contracts';
import { ByteBuffer, varintBytesMax } from './byte-buffer.js';
import { CheckedOutput } from './checked-output.js';
import { crc32c } from './crc32c.js';
import type { Slice } from './group-cursor.js';
import type { ByteSink } from './scratch-file.js';
import {
  encodeFooter,
  encodeHeader,
  encodeIndexEntry,
  frameHeaderBytes,
  frameSummedBytes,
  type IndexEntry,
  storedCodec,
} from './segment-format.js';
import {
  appendNumbers,
  type ChunkKind,
  chunkKinds,
  doubleBytes,
  kindsPerCount,
  type ValueChunk,
} from './value-chunk.js';

export interface SegmentWriterOptions {
  /** R, at least 1. */
  readonly partitions: number;
  readonly segmentFrameBytes: number;
  readonly writeBufferBytes: number;
}

/** The numbers of an entry. */
const headingBytesMax = 3 * varintBytesMax;
const nothing: IndexEntry = { offset: 0, bytes: 0, records: 0, crc32c: 0 };

export class SegmentWriter {
  readonly #output: CheckedOutput;
  readonly #partitions: number;
  readonly #index: IndexEntry[] = [];
  #partition = 0;
  #partitionOffset: number;
  #partitionRecords = 0;
  #partitionCrc32c = 0;
  #records = 0;

  /** Room for the header, then the payload. */
  readonly #frame: Uint8Array;
  readonly #frameView: DataView;
  #frameUsed = frameHeaderBytes;

  /** The open group's key; empty before the first group of a partition. */
  readonly #key = new ByteBuffer(dataPlaneLimits.keyBytesMax);
  #keyWritten = false;
  /** Not written yet, all of one kind. */
  readonly #values: ByteBuffer;
  #valueKind: ChunkKind = chunkKinds.texts;
  #valueCount = 0;
  readonly #number = new Float64Array(1);
  /** The numbers of an entry that stand around its key. */
  readonly #heading = new ByteBuffer(2 * varintBytesMax, 2 * varintBytesMax);

  constructor(sink: ByteSink, options: SegmentWriterOptions) {
    this.#output = new CheckedOutput(sink, options.writeBufferBytes, false);
    this.#partitions = options.partitions;
    this.#frame = new Uint8Array(frameHeaderBytes + options.segmentFrameBytes);
    this.#frameView = new DataView(this.#frame.buffer);
    this.#values = new ByteBuffer(dataPlaneLimits.chunkBytesMax);
    this.#output.write(encodeHeader());
    this.#partitionOffset = this.#output.bytes;
  }

  /** Records written so far. */
  get records(): number {
    return this.#records;
  }

  /** Opens the group of a key, or goes on with it. */
  startGroup(partition: number, key: Readonly<Slice>): void {
    if (partition !== this.#partition) this.#startPartition(partition);
    const order = this.#key.compare(key);
    if (order === 0) return;
    if (order > 0) throw new Error(`a key of partition ${partition} does not sort after the one before it`);
    this.#writeEntry();
    this.#key.clear();
    this.#key.append(key.bytes, key.start, key.end);
    this.#keyWritten = false;
  }

  addChunk({ kind, count, bytes, start, end }: Readonly<ValueChunk>): void {
    this.#startValues(kind, end - start);
    this.#values.append(bytes, start, end);
    this.#endValues(count);
  }

  addNumber(value: number): void {
    const isInteger = value >>> 0 === value;
    this.#startValues(isInteger ? chunkKinds.integers : chunkKinds.doubles, doubleBytes);
    if (isInteger) {
      this.#values.appendVarint(value);
    } else {
      this.#number[0] = value;
      appendNumbers(this.#values, this.#number, 1);
    }
    this.#endValues(1);
  }

  /** `bytes[start .. end]` is JSON text. */
  addText(bytes: Uint8Array, start: number, end: number): void {
    this.#startValues(chunkKinds.texts, varintBytesMax + end - start);
    this.#values.appendVarint(end - start);
    this.#values.append(bytes, start, end);
    this.#endValues(1);
  }

  /** Writes the rest, the index and the footer, whose sum is the file's: they sum the rest up. Does not commit what it wrote to. */
  finish(): WrittenFile {
    this.#startPartition(this.#partitions);
    const indexOffset = this.#output.bytes;
    this.#output.startSum();
    this.#index.forEach((entry, partition) => {
      this.#output.write(encodeIndexEntry(partition, entry));
    });
    const frameBytes = this.#frame.length - frameHeaderBytes;
    this.#output.write(encodeFooter({ indexOffset, records: this.#records, partitions: this.#partitions, frameBytes }));
    return this.#output.finish(this.#records);
  }

  #startPartition(partition: number): void {
    if (partition < this.#partition || partition > this.#partitions) {
      throw new Error(`partition ${partition} does not come after ${this.#partition} of ${this.#partitions}`);
    }
    this.#writeEntry();
    this.#writeFrame();
    this.#index[this.#partition] = {
      offset: this.#partitionOffset,
      bytes: this.#output.bytes - this.#partitionOffset,
      records: this.#partitionRecords,
      crc32c: this.#partitionCrc32c,
    };
    for (let skipped = this.#partition + 1; skipped < partition; skipped++) {
      this.#index[skipped] = { ...nothing, offset: this.#output.bytes };
    }
    this.#partition = partition;
    this.#partitionOffset = this.#output.bytes;
    this.#partitionRecords = 0;
    this.#partitionCrc32c = 0;
    this.#key.clear();
  }

  /** Values of another kind, or more than a frame of them, are another entry. */
  #startValues(kind: ChunkKind, bytes: number): void {
    if (this.#valueCount > 0 && (kind !== this.#valueKind || this.#values.length + bytes > this.#frameRoom)) {
      this.#writeEntry();
    }
    this.#valueKind = kind;
  }

  #endValues(count: number): void {
    this.#valueCount += count;
    this.#partitionRecords += count;
    this.#records += count;
    if (this.#values.length >= this.#frameRoom) this.#writeEntry();
  }

  get #frameRoom(): number {
    return this.#frame.length - frameHeaderBytes;
  }

  #writeEntry(): void {
    if (this.#valueCount === 0) return;
    const bytesMost = headingBytesMax + this.#key.length + this.#values.length;
    if (bytesMost < this.#frame.length - this.#frameUsed) this.#putWhole();
    else this.#putInPieces();
    this.#keyWritten = true;
    this.#values.clear();
    this.#valueCount = 0;
  }

  /** An entry that fits into the frame, as nearly all do. */
  #putWhole(): void {
    const frame = this.#frame;
    let at = putVarint(frame, this.#frameUsed, this.#keyWritten ? 0 : this.#key.length);
    if (!this.#keyWritten) at = this.#key.copyInto(frame, this.#frameView, at);
    at = putVarint(frame, at, this.#valueCount * kindsPerCount + this.#valueKind);
    at = putVarint(frame, at, this.#values.length);
    this.#frameUsed = this.#values.copyInto(frame, this.#frameView, at);
  }

  #putInPieces(): void {
    const heading = this.#heading;
    heading.clear();
    heading.appendVarint(this.#keyWritten ? 0 : this.#key.length);
    this.#put(heading);
    if (!this.#keyWritten) this.#put(this.#key);
    heading.clear();
    heading.appendVarint(this.#valueCount * kindsPerCount + this.#valueKind);
    heading.appendVarint(this.#values.length);
    this.#put(heading);
    this.#put(this.#values);
  }

  /** Fills frames; each is written when it is full. */
  #put(source: ByteBuffer): void {
    const bytes = source.view();
    for (let from = 0; from < bytes.length; ) {
      const taken = bytes.subarray(from, from + this.#frame.length - this.#frameUsed);
      this.#frame.set(taken, this.#frameUsed);
      this.#frameUsed += taken.length;
      from += taken.length;
      if (this.#frameUsed === this.#frame.length) this.#writeFrame();
    }
  }

  #writeFrame(): void {
    const length = this.#frameUsed - frameHeaderBytes;
    if (length === 0) return;
    this.#frameView.setUint8(0, storedCodec);
    this.#frameView.setUint32(1, length, true);
    this.#frameView.setUint32(5, length, true);
    const headerSum = crc32c(this.#frame.subarray(0, frameSummedBytes));
    const payload = this.#frame.subarray(frameHeaderBytes, this.#frameUsed);
    this.#frameView.setUint32(frameSummedBytes, crc32c(payload, headerSum), true);
    this.#partitionCrc32c = crc32c(this.#frame.subarray(0, frameHeaderBytes), this.#partitionCrc32c);
    this.#output.write(this.#frame.subarray(0, this.#frameUsed));
    this.#frameUsed = frameHeaderBytes;
  }
}

/** Writes a whole number below 2^32 as `ByteBuffer` does, where there must be room. Returns where it ends. */
function putVarint(target: Uint8Array, to: number, number: number): number {
  let end = to;
  let rest = number;
  for (; rest > 127; rest >>>= 7) target[end++] = (rest & 127) | 128;
  target[end++] = rest;
  return end;
}
