/**
 * The groups of one partition of a segment, read entry by entry: see `segment-format.ts`.
 *
 * An entry's key length is read one entry ahead, because it says whether the entry goes on with the open group (0) or
 * begins the next one. Keys are copied, since the frame that they came from goes while their values are read.
 * At the end it checks that nothing is missing: the partition's frames by their checksum, and the number of its records.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { withRoom } from './column.js';
import { compareBytes } from './compare-bytes.js';
import { emptySlice, type GroupCursor, type Slice } from './group-cursor.js';
import type { FrameReader } from './segment-frames.js';
import { type ChunkKind, chunkKinds, emptyChunk, kindsPerCount, type ValueChunk } from './value-chunk.js';

export class SegmentCursor implements GroupCursor {
  readonly key: Slice = emptySlice();
  readonly chunk: ValueChunk = emptyChunk();
  readonly #frames: FrameReader;
  /** A key that was read and not looked at yet. */
  readonly #read: Slice = emptySlice();
  #recordsLeft: number;
  /** The entry at hand has a chunk that was not given out yet. */
  #chunkAhead = false;
  /** Of the entry that follows and begins a group; 0 while none is known. */
  #nextKeyLength = 0;
  #started = false;
  #joinedKey: Uint8Array = new Uint8Array(0);
  #joinedChunk: Uint8Array = new Uint8Array(0);

  constructor(frames: FrameReader, records: number) {
    this.#frames = frames;
    this.#recordsLeft = records;
  }

  nextGroup(): boolean {
    while (this.nextChunk());
    if (this.#nextKeyLength === 0) return false;
    this.#readKey(this.#nextKeyLength);
    this.#nextKeyLength = 0;
    this.#started = true;
    this.#chunkAhead = true;
    return true;
  }

  nextChunk(): boolean {
    if (!this.#chunkAhead && !this.#continueGroup()) return false;
    this.#chunkAhead = false;
    const heading = this.#frames.readVarint();
    const length = this.#frames.readVarint();
    const kind = heading % kindsPerCount;
    const count = (heading - kind) / kindsPerCount;
    if (count === 0 || count > this.#recordsLeft) {
      throw this.#frames.damaged('an entry has an impossible number of values');
    }
    if (length > dataPlaneLimits.chunkBytesMax || length < count || !isChunkKind(kind)) {
      throw this.#frames.damaged('an entry has impossible values');
    }
    this.#joinedChunk = this.#frames.readSlice(length, this.chunk, this.#joinedChunk);
    this.chunk.kind = kind;
    this.chunk.count = count;
    this.#recordsLeft -= count;
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
    return keyLength === 0;
  }

  #readKey(length: number): void {
    const read = this.#read;
    // `joinedChunk` is free here: the chunk before is over.
    this.#joinedChunk = this.#frames.readSlice(length, read, this.#joinedChunk);
    if (compareBytes(this.key.bytes, 0, this.key.end, read.bytes, read.start, read.end) >= 0) {
      throw this.#frames.damaged('its keys do not ascend');
    }
    this.#joinedKey = withRoom(this.#joinedKey, length);
    for (let from = read.start, to = 0; to < length; from++, to++) this.#joinedKey[to] = read.bytes[from] as number;
    this.key.bytes = this.#joinedKey;
    this.key.end = length;
  }
}

function isChunkKind(kind: number): kind is ChunkKind {
  return kind <= chunkKinds.doubles;
}
