/**
 * The groups of one partition of a segment, read entry by entry: see `segment-format.ts`.
 *
 * An entry's key length is read one entry ahead, because it says whether the entry goes on with the open group (0) or
 * begins the next one. Keys are copied, since the frame that they came from goes while their values are read.
 * At the end it checks that nothing is missing: the partition's frames by their checksum, and the number of its records.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { withRoom } from './column.js';
import { emptySlice, type GroupCursor, type Slice } from './group-cursor.js';
import { compareBytes } from './key-encoding.js';
import type { FrameReader } from './segment-frames.js';

export class SegmentCursor implements GroupCursor {
  readonly key: Slice = emptySlice();
  readonly value: Slice = emptySlice();
  readonly #frames: FrameReader;
  #recordsLeft: number;
  /** Of the open entry. */
  #valuesLeft = 0;
  /** Of the entry that follows and begins a group; 0 while none is known. */
  #nextKeyLength = 0;
  #started = false;
  #joinedKey: Uint8Array = new Uint8Array(0);
  #joinedValue: Uint8Array = new Uint8Array(0);

  constructor(frames: FrameReader, records: number) {
    this.#frames = frames;
    this.#recordsLeft = records;
  }

  nextGroup(): boolean {
    while (this.nextValue());
    if (this.#nextKeyLength === 0) return false;
    this.#readKey(this.#nextKeyLength);
    this.#nextKeyLength = 0;
    this.#started = true;
    this.#readCount();
    return true;
  }

  nextValue(): boolean {
    if (this.#valuesLeft === 0 && !this.#continueGroup()) return false;
    const length = this.#frames.readVarint();
    if (length > dataPlaneLimits.valueBytesMax) throw this.#frames.damaged('a value is too long');
    this.#joinedValue = this.#frames.readSlice(length, this.value, this.#joinedValue);
    this.#valuesLeft--;
    this.#recordsLeft--;
    return true;
  }

  /** Whether the next entry belongs to the open group. */
  #continueGroup(): boolean {
    if (this.#nextKeyLength !== 0) return false;
    if (this.#frames.atEnd) {
      this.#frames.checkWhole();
      if (this.#recordsLeft !== 0) throw this.#frames.damaged('it does not have the records that its index speaks of');
      return false;
    }
    const keyLength = this.#frames.readVarint();
    if (keyLength > dataPlaneLimits.keyBytesMax) throw this.#frames.damaged('a key is too long');
    if (keyLength === 0 && !this.#started) throw this.#frames.damaged('it goes on with a group that it did not begin');
    this.#nextKeyLength = keyLength;
    if (keyLength === 0) this.#readCount();
    return keyLength === 0;
  }

  #readCount(): void {
    this.#valuesLeft = this.#frames.readVarint();
    if (this.#valuesLeft === 0 || this.#valuesLeft > this.#recordsLeft) {
      throw this.#frames.damaged('an entry has an impossible number of values');
    }
  }

  #readKey(length: number): void {
    const read = emptySlice();
    // `joinedValue` is free here: the value before is over.
    this.#joinedValue = this.#frames.readSlice(length, read, this.#joinedValue);
    if (compareBytes(this.key.bytes, 0, this.key.end, read.bytes, read.start, read.end) >= 0) {
      throw this.#frames.damaged('its keys do not ascend');
    }
    this.#joinedKey = withRoom(this.#joinedKey, length);
    for (let from = read.start, to = 0; to < length; from++, to++) this.#joinedKey[to] = read.bytes[from] as number;
    this.key.bytes = this.#joinedKey;
    this.key.end = length;
  }
}
