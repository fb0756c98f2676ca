/**
 * Blocked gzip (BGZF: "The Sequence Alignment/Map Format Specification", samtools.github.io/hts-specs, section 4.1): a gzip file of many small
 * members, each telling its own length.
 *
 * ```
 * 1f 8b 08 04  00 00 00 00  00 ff  06 00  42 43 02 00  length - 1 (2 bytes)     header: no time, no name, no system
 * deflate blocks that end on a whole byte, then 03 00                          the last two bytes are an empty last block
 * CRC-32 of the text (4)  length of the text (4)
 * ```
 *
 * Any reader of gzip reads it. Beyond that, a block can be read alone, whatever stands before it, so a merge of thousands of parts holds
 * no state of a decompressor for each; and because every block's deflate data ends with the same empty last block, many of them can be
 * joined into one member by leaving those out, without compressing anything again. The file ends with a block of no text.
 */
import { crc32, deflateRawSync, constants as zlib } from 'node:zlib';
import { dataPlaneLimits } from '@gridmr/contracts';

export const bgzf = {
  headerBytes: 18,
  trailerBytes: 8,
  blockBytesMax: 65_536,
  /** An empty last block of deflate data. */
  lastBlock: Uint8Array.of(3, 0),
} as const;

const header = Uint8Array.of(0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0);

/** One block of at most `dataPlaneLimits.gzipBlockBytes` of text. */
export function encodeBgzfBlock(text: Uint8Array): Uint8Array {
  const level = dataPlaneLimits.gzipLevel;
  const deflated = text.length === 0 ? text : deflateRawSync(text, { level, finishFlush: zlib.Z_SYNC_FLUSH });
  const dataEnd = bgzf.headerBytes + deflated.length + bgzf.lastBlock.length;
  const block = new Uint8Array(dataEnd + bgzf.trailerBytes);
  if (block.length > bgzf.blockBytesMax) throw new Error(`${text.length} bytes do not fit into one block of gzip`);
  const view = new DataView(block.buffer);
  block.set(header);
  view.setUint16(header.length, block.length - 1, true);
  block.set(deflated, bgzf.headerBytes);
  block.set(bgzf.lastBlock, dataEnd - bgzf.lastBlock.length);
  view.setUint32(dataEnd, crc32(text), true);
  view.setUint32(dataEnd + 4, text.length, true);
  return block;
}

/** The length of the block that begins with `bytes`; undefined if they are too few to tell. Throws if it is not one of ours. */
export function bgzfBlockBytes(bytes: Uint8Array): number | undefined {
  if (bytes.length < bgzf.headerBytes) return undefined;
  if (header.some((byte, at) => bytes[at] !== byte))
    throw new Error('a compressed part has a block that GridMR did not write');
  const length = ((bytes[header.length] as number) | ((bytes[header.length + 1] as number) << 8)) + 1;
  if (length < bgzf.headerBytes + bgzf.lastBlock.length + bgzf.trailerBytes)
    throw new Error('a compressed part has a block that is too short');
  return length;
}

/** The pieces of one whole block. `data` is without its empty last block. Throws if that is missing. */
export function openBgzfBlock(block: Uint8Array): { data: Uint8Array; crc32: number; textBytes: number } {
  const end = block.length - bgzf.trailerBytes;
  const dataEnd = end - bgzf.lastBlock.length;
  if (bgzf.lastBlock.some((byte, i) => block[dataEnd + i] !== byte))
    throw new Error('a compressed part has a damaged block');
  const trailer = new DataView(block.buffer, block.byteOffset + end, bgzf.trailerBytes);
  const data = block.subarray(bgzf.headerBytes, dataEnd);
  return { data, crc32: trailer.getUint32(0, true), textBytes: trailer.getUint32(4, true) };
}
