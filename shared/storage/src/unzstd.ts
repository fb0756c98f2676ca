/**
 * Zstandard (RFC 8878): the frames of a file, block by block. This file walks the frames by their headers, which tells exactly where each ends;
 * what is inside a block is decoded by `fzstd`, and the content's checksum, which that leaves unread, is checked by `xxhash-wasm`.
 *
 * ```
 * frame    magic 4 | descriptor 1 | [window 1] [dictionary 0-4] [content size 0-8] | block … last block | [checksum 4]
 * block    header 3: last? (1 bit), type (2 bits), size (21 bits) | content
 * ```
 *
 * Memory: the frame's window, bounded by `zstdWindowBytesMax` before it is allocated, and one block.
 */
import { dataPlaneLimits, type InputRange } from '@gridmr/contracts';
import { Decompress } from 'fzstd';
import xxhash, { type XXHashAPI } from 'xxhash-wasm';
import type { BlobReader } from './blob-store.js';
import { inputChanged, invalidInput } from './input-errors.js';
import { type FrameHeader, frameHeaderBytesMax, parseFrameHeader, skippableBytes } from './zstd-header.js';

const blockHeaderBytes = 3;
const blockBytesMax = 128 * 1024;
const checksumBytes = 4;
/** `fzstd` looks at nothing before it has 18 bytes, and a whole frame may be shorter. These are fewer: it never takes them for a frame. */
const padding = new Uint8Array(17);
const runLength = 1;
const reserved = 3;

let hashing: Promise<XXHashAPI> | undefined;

/** Throws `TaskError` `invalid_input`. */
export async function* unzstd(reader: BlobReader, range: InputRange): AsyncGenerator<Uint8Array, void> {
  hashing ??= xxhash();
  yield* new ZstdFile(reader, range, await hashing).pieces();
}

class ZstdFile {
  readonly #reader: BlobReader;
  readonly #range: InputRange;
  readonly #hashes: XXHashAPI;
  #position = 0;

  constructor(reader: BlobReader, range: InputRange, hashes: XXHashAPI) {
    this.#reader = reader;
    this.#range = range;
    this.#hashes = hashes;
  }

  *pieces(): Generator<Uint8Array, void> {
    const { file_bytes } = this.#range;
    if (file_bytes === 0) throw this.#truncated();
    while (this.#position < file_bytes) {
      const head = this.#peek(Math.min(frameHeaderBytesMax, file_bytes - this.#position));
      const skipped = skippableBytes(head);
      if (skipped !== undefined) this.#skip(skipped);
      else yield* this.#frame(this.#header(head));
    }
  }

  #header(head: Uint8Array): FrameHeader {
    const header = parseFrameHeader(head);
    if (header === 'truncated') throw this.#truncated();
    if (typeof header === 'string')
      throw invalidInput(this.#range.path, `${header} at byte ${this.#position}; compress it again`);
    const { zstdWindowBytesMax: windowMax } = dataPlaneLimits;
    if (header.windowBytes > windowMax) {
      const fault = `needs a window of ${header.windowBytes} bytes, more than ${windowMax}; compress it again without --long, at level 19 or below`;
      throw invalidInput(this.#range.path, fault);
    }
    return header;
  }

  *#frame(header: FrameHeader): Generator<Uint8Array, void> {
    const made: Uint8Array[] = [];
    const decoder = new Decompress(piece => made.push(piece));
    const hash = this.#hashes.create64();
    let length = 0;
    this.#decode(decoder, this.#read(header.bytes));
    for (let isLast = false; !isLast; ) {
      const block = this.#readBlock();
      isLast = ((block[0] ?? 0) & 1) === 1;
      this.#decode(decoder, block);
      if (isLast) this.#decode(decoder, padding);
      for (const piece of made.splice(0)) {
        hash.update(piece);
        length += piece.length;
        if (piece.length > 0) yield piece;
      }
    }
    if (header.contentBytes !== undefined && header.contentBytes !== length)
      throw this.#damaged('its length is not what it says');
    if (header.hasChecksum && !this.#matches(hash.digest())) throw this.#damaged('its checksum is wrong');
  }

  /** A block with its header. */
  #readBlock(): Uint8Array {
    const [a = 0, b = 0, c = 0] = this.#peek(blockHeaderBytes);
    const type = (a >> 1) & 3;
    const size = (a | (b << 8) | (c << 16)) >>> 3;
    if (type === reserved || size > blockBytesMax) throw this.#damaged('a block is not valid');
    return this.#read(blockHeaderBytes + (type === runLength ? 1 : size));
  }

  #decode(decoder: Decompress, bytes: Uint8Array): void {
    try {
      decoder.push(bytes);
    } catch (error) {
      throw this.#damaged(error instanceof Error ? error.message : String(error), error);
    }
  }

  /** The checksum is the low half of the content's XXH64. */
  #matches(digest: bigint): boolean {
    const stored = Buffer.from(this.#read(checksumBytes)).readUInt32LE();
    return stored === Number(digest & 0xffff_ffffn);
  }

  #skip(bytes: number): void {
    this.#position += bytes;
    if (this.#position > this.#range.file_bytes) throw this.#truncated();
  }

  #read(bytes: number): Uint8Array {
    const read = this.#peek(bytes);
    this.#position += bytes;
    return read;
  }

  #peek(bytes: number): Uint8Array {
    if (this.#position + bytes > this.#range.file_bytes) throw this.#truncated();
    const read = new Uint8Array(bytes);
    const got = this.#reader.readSync(read, this.#position);
    if (got < bytes) throw inputChanged(this.#range, this.#position + got);
    return read;
  }

  #truncated(): Error {
    return invalidInput(this.#range.path, 'ends in the middle of its Zstandard data; upload it again');
  }

  #damaged(fault: string, cause?: unknown): Error {
    return invalidInput(
      this.#range.path,
      `is not valid Zstandard data before byte ${this.#position}: ${fault}; compress it again`,
      cause,
    );
  }
}
