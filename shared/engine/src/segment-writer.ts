/**
 * Writes a segment: see `segment-format.ts` for the layout.
 *
 * Call order: for each group in order `startGroup`, then `addValue` for each of its values; at last `finish`.
 * Values of an entry gather in a buffer, since their count stands before them; a group with more values than fit
 * goes on in further entries. Starting the group that is already open goes on with it.
 * Invariant: partitions ascend, and keys within them; anything else is a fault of the caller and throws.
 * Memory: two frames and one write buffer, or the biggest value. Cost: two copies and two checksums of each byte.
 */
import { dataPlaneLimits, type WrittenFile } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { CheckedOutput } from './checked-output.js';
import { crc32c } from './crc32c.js';
import type { Slice } from './group-cursor.js';
import { compareBytes } from './key-encoding.js';
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
import { appendVarint, varintBytesMax } from './varint.js';

export interface SegmentWriterOptions {
  /** R, at least 1. */
  readonly partitions: number;
  readonly segmentFrameBytes: number;
  readonly writeBufferBytes: number;
}

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
  readonly #values: ByteBuffer;
  #valueCount = 0;
  readonly #number = new ByteBuffer(varintBytesMax, varintBytesMax);

  constructor(sink: ByteSink, options: SegmentWriterOptions) {
    this.#output = new CheckedOutput(sink, options.writeBufferBytes);
    this.#partitions = options.partitions;
    this.#frame = new Uint8Array(frameHeaderBytes + options.segmentFrameBytes);
    this.#frameView = new DataView(this.#frame.buffer);
    this.#values = new ByteBuffer(options.segmentFrameBytes + varintBytesMax + dataPlaneLimits.valueBytesMax);
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
    const before = this.#key.view();
    const order = compareBytes(before, 0, before.length, key.bytes, key.start, key.end);
    if (order === 0) return;
    if (order > 0) throw new Error(`a key of partition ${partition} does not sort after the one before it`);
    this.#writeEntry();
    this.#key.clear();
    this.#key.append(key.bytes, key.start, key.end);
    this.#keyWritten = false;
  }

  addValue(value: Readonly<Slice>): void {
    appendVarint(this.#values, value.end - value.start);
    this.#values.append(value.bytes, value.start, value.end);
    this.#valueCount++;
    this.#partitionRecords++;
    this.#records++;
    if (this.#values.length >= this.#frame.length - frameHeaderBytes) this.#writeEntry();
  }

  /** Writes the rest, the index and the footer. Does not commit what it wrote to. */
  finish(): WrittenFile {
    this.#startPartition(this.#partitions);
    const indexOffset = this.#output.bytes;
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

  #writeEntry(): void {
    if (this.#valueCount === 0) return;
    const key = this.#keyWritten ? new Uint8Array(0) : this.#key.view();
    this.#putNumber(key.length);
    this.#put(key);
    this.#putNumber(this.#valueCount);
    this.#put(this.#values.view());
    this.#keyWritten = true;
    this.#values.clear();
    this.#valueCount = 0;
  }

  #putNumber(number: number): void {
    this.#number.clear();
    appendVarint(this.#number, number);
    this.#put(this.#number.view());
  }

  /** Fills frames; each is written when it is full. */
  #put(bytes: Uint8Array): void {
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
