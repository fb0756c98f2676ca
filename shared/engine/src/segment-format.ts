/**
 * How a segment is laid out: the sorted output of one map attempt for all its partitions, in one file. A run (what a spill
 * or a merge pass writes) is the same.
 *
 * ```
 * header    magic (8 bytes), version (4)
 * frames    partition 0's, partition 1's, …; an empty partition has none
 *   frame   codec (1), raw length (4), stored length (4), CRC-32C of the nine bytes before and the payload (4), payload
 * index     per partition: offset (8), bytes (8), records (8), CRC-32C of its frames' headers (4), CRC-32C of this entry (4)
 * footer    offset of the index (8), records (8), partitions (4), frame bytes (4), version (4), CRC-32C of all that (4), magic (8)
 * ```
 *
 * The payloads of a partition's frames, put together, are its entries; a frame may end anywhere, inside an entry too:
 *
 * ```
 * entry     key length, key, four times the value count plus the kind of chunk, chunk length, chunk     (all numbers are varints)
 * ```
 *
 * An entry with key length 0 (no encoded key is empty) continues the group of the entry before it, so that a writer need
 * not hold a group to count it. What a chunk is says `value-chunk.ts`. Numbers of fixed size are little-endian; a varint has 7 bits a byte, low ones first, the
 * high bit set on all bytes but the last.
 *
 * Every byte after the header is covered: payloads by their frame, frames by their partition's entry (a missing, doubled or
 * exchanged one changes it), each entry by its own sum (begun with the partition's number, so that entries cannot change
 * places), the footer by its own. Entries have sums of their own because a reduce task needs one of them only.
 * The codec is 0, stored as it is; the others are for compression.
 */
import { crc32c } from './crc32c.js';

export const segmentVersion = 2;
export const storedCodec = 0;

export const headerBytes = 12;
export const frameHeaderBytes = 13;
/** Of the frame's header: what its checksum covers besides the payload. */
export const frameSummedBytes = 9;
export const indexEntryBytes = 32;
export const footerBytes = 40;

const magic = new TextEncoder().encode('GRIDMRSG');
const versionAt = magic.length;

export interface SegmentFooter {
  readonly indexOffset: number;
  readonly records: number;
  readonly partitions: number;
  /** No frame's payload is longer. */
  readonly frameBytes: number;
}

/** One partition's place: `segmentPartitionSchema` says what is in range. */
export interface IndexEntry {
  readonly offset: number;
  readonly bytes: number;
  readonly records: number;
  readonly crc32c: number;
}

const footerAt = { indexOffset: 0, records: 8, partitions: 16, frameBytes: 20, version: 24, crc32c: 28, magic: 32 };
const entryAt = { offset: 0, bytes: 8, records: 16, crc32c: 24, ownCrc32c: 28 };

export function encodeHeader(): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  bytes.set(magic);
  new DataView(bytes.buffer).setUint32(versionAt, segmentVersion, true);
  return bytes;
}

export function encodeFooter(footer: SegmentFooter): Uint8Array {
  const bytes = new Uint8Array(footerBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(footerAt.indexOffset, BigInt(footer.indexOffset), true);
  view.setBigUint64(footerAt.records, BigInt(footer.records), true);
  view.setUint32(footerAt.partitions, footer.partitions, true);
  view.setUint32(footerAt.frameBytes, footer.frameBytes, true);
  view.setUint32(footerAt.version, segmentVersion, true);
  view.setUint32(footerAt.crc32c, crc32c(bytes.subarray(0, footerAt.crc32c)), true);
  bytes.set(magic, footerAt.magic);
  return bytes;
}

/** The footer, or what is wrong with it, in words. Whether it fits its file is for the reader to check. */
export function decodeFooter(bytes: Uint8Array): SegmentFooter | string {
  if (bytes.length !== footerBytes) return 'it is too short for a segment';
  if (!magic.every((byte, i) => bytes[footerAt.magic + i] === byte)) return 'it does not end as a segment does';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(footerAt.crc32c, true) !== crc32c(bytes.subarray(0, footerAt.crc32c))) {
    return 'the checksum of its footer does not match';
  }
  const version = view.getUint32(footerAt.version, true);
  if (version !== segmentVersion) return `it has format version ${version}, and this worker reads ${segmentVersion}`;
  return {
    indexOffset: Number(view.getBigUint64(footerAt.indexOffset, true)),
    records: Number(view.getBigUint64(footerAt.records, true)),
    partitions: view.getUint32(footerAt.partitions, true),
    frameBytes: view.getUint32(footerAt.frameBytes, true),
  };
}

export function encodeIndexEntry(partition: number, entry: IndexEntry): Uint8Array {
  const bytes = new Uint8Array(indexEntryBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(entryAt.offset, BigInt(entry.offset), true);
  view.setBigUint64(entryAt.bytes, BigInt(entry.bytes), true);
  view.setBigUint64(entryAt.records, BigInt(entry.records), true);
  view.setUint32(entryAt.crc32c, entry.crc32c, true);
  view.setUint32(entryAt.ownCrc32c, crc32c(bytes.subarray(0, entryAt.ownCrc32c), partition), true);
  return bytes;
}

/** The entry as it stands there, not yet in range; undefined if its checksum does not match. */
export function decodeIndexEntry(partition: number, bytes: Uint8Array): IndexEntry | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, indexEntryBytes);
  const sum = crc32c(bytes.subarray(0, entryAt.ownCrc32c), partition);
  if (view.getUint32(entryAt.ownCrc32c, true) !== sum) return undefined;
  return {
    offset: Number(view.getBigUint64(entryAt.offset, true)),
    bytes: Number(view.getBigUint64(entryAt.bytes, true)),
    records: Number(view.getBigUint64(entryAt.records, true)),
    crc32c: view.getUint32(entryAt.crc32c, true),
  };
}
