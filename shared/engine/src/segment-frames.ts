/**
 * The bytes of one partition of a segment, out of its frames: each frame is read whole, checked, and only then given out.
 *
 * Call order: `start` for a partition, then `readByte`, `readVarint` and `readSlice` until `atEnd`, then `checkWhole`.
 * Invariant: no length is believed further than the partition reaches.
 * Memory: one frame; a slice that crosses frames is put together in memory that the caller keeps.
 */
import type { SegmentPartition } from '@gridmr/contracts';
import type { BlobReader } from '@gridmr/storage';
import { varintBytesMax } from './byte-buffer.js';
import { withRoom } from './column.js';
import { crc32c } from './crc32c.js';
import type { Slice } from './group-cursor.js';
import { SegmentDamagedError } from './segment-damaged-error.js';
import { frameHeaderBytes, frameSummedBytes, storedCodec } from './segment-format.js';

export class FrameReader {
  readonly #reader: BlobReader;
  readonly #frameBytes: number;
  #partition = 0;
  #expectedCrc32c = 0;
  #crc32c = 0;
  /** Of the file: the next frame, and the end of the partition. */
  #position = 0;
  #end = 0;
  /** Of `#frame`: what is not given out yet. */
  #at = 0;
  #frameEnd = 0;
  #frame = new Uint8Array(0);
  #view = new DataView(this.#frame.buffer);

  /** @param frameBytes no frame's payload is longer */
  constructor(reader: BlobReader, frameBytes: number) {
    this.#reader = reader;
    this.#frameBytes = frameBytes;
  }

  /** Goes to the start of a partition. */
  start(partition: number, place: SegmentPartition): void {
    this.#partition = partition;
    this.#expectedCrc32c = place.crc32c;
    this.#crc32c = 0;
    this.#position = place.offset;
    this.#end = place.offset + place.bytes;
    this.#at = 0;
    this.#frameEnd = 0;
    const needed = Math.min(place.bytes, frameHeaderBytes + this.#frameBytes);
    if (needed > this.#frame.length) {
      this.#frame = new Uint8Array(needed);
      this.#view = new DataView(this.#frame.buffer);
    }
  }

  get atEnd(): boolean {
    return this.#at === this.#frameEnd && this.#position === this.#end;
  }

  /** A number below 2^32. */
  readVarint(): number {
    let number = 0;
    let scale = 1;
    for (let i = 0; i < varintBytesMax; i++) {
      const byte = this.#readByte();
      number += (byte & 127) * scale;
      if (byte < 128) return number;
      scale *= 128;
    }
    throw this.damaged('a number in it is too long');
  }

  /**
   * Makes `target` the next `length` bytes: a view into the frame, valid until the next call, or a copy in `joined`.
   * @returns `joined`, perhaps with more room
   */
  readSlice(length: number, target: Slice, joined: Uint8Array): Uint8Array {
    if (this.#frameEnd - this.#at >= length) {
      target.bytes = this.#frame;
      target.start = this.#at;
      this.#at += length;
      target.end = this.#at;
      return joined;
    }
    if (length > this.#frameEnd - this.#at + this.#end - this.#position) {
      throw this.damaged('a key or value reaches past its end');
    }
    const room = withRoom(joined, length);
    for (let done = 0; done < length; ) {
      if (this.#at === this.#frameEnd) this.#readFrame();
      const piece = this.#frame.subarray(this.#at, Math.min(this.#frameEnd, this.#at + length - done));
      room.set(piece, done);
      done += piece.length;
      this.#at += piece.length;
    }
    target.bytes = room;
    target.start = 0;
    target.end = length;
    return room;
  }

  /** At the end: whether the frames were those that the index speaks of. */
  checkWhole(): void {
    if (this.#crc32c !== this.#expectedCrc32c) throw this.damaged('its frames are not those that its index speaks of');
  }

  damaged(what: string): SegmentDamagedError {
    return new SegmentDamagedError(this.#reader.path, this.#partition, what);
  }

  #readByte(): number {
    if (this.#at === this.#frameEnd) this.#readFrame();
    return this.#frame[this.#at++] as number;
  }

  #readFrame(): void {
    const wanted = Math.min(this.#end - this.#position, frameHeaderBytes + this.#frameBytes);
    if (wanted <= frameHeaderBytes) throw this.damaged('it ends in the middle of an entry');
    if (this.#reader.readSync(this.#frame.subarray(0, wanted), this.#position) !== wanted) {
      throw this.damaged('the file ends too early');
    }
    const rawLength = this.#view.getUint32(1, true);
    const storedLength = this.#view.getUint32(5, true);
    const end = frameHeaderBytes + storedLength;
    if (storedLength === 0 || end > wanted) throw this.damaged('a frame has an impossible length');
    const headerSum = crc32c(this.#frame.subarray(0, frameSummedBytes));
    const sum = crc32c(this.#frame.subarray(frameHeaderBytes, end), headerSum);
    if (this.#view.getUint32(frameSummedBytes, true) !== sum)
      throw this.damaged('the checksum of a frame does not match');
    if (this.#view.getUint8(0) !== storedCodec) throw this.damaged('a frame is compressed in a way that is not known');
    if (rawLength !== storedLength) throw this.damaged('a frame has two lengths');
    this.#crc32c = crc32c(this.#frame.subarray(0, frameHeaderBytes), this.#crc32c);
    this.#position += end;
    this.#at = frameHeaderBytes;
    this.#frameEnd = end;
  }
}
