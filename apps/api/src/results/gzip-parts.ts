/** Compressed parts on their way out: taken apart into blocks, and either inflated or joined into one member. */
import { promisify } from 'node:util';
import { crc32, inflateRaw, constants as zlib } from 'node:zlib';
import { bgzf, bgzfBlockBytes, openBgzfBlock } from '@gridmr/engine';
import { combineCrc32 } from './crc32-combine.js';

const inflate = promisify<Uint8Array, { finishFlush: number; maxOutputLength: number }, Buffer>(inflateRaw);

/** The text of whole blocks in chunks of any length, a block at a time. */
export async function* inflateChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const block of blocksOf(chunks)) {
    const text = await inflateBlock(block);
    if (text.length > 0) yield text;
  }
}

/** Throws if the block is not what was written. */
export async function inflateBlock(block: Uint8Array): Promise<Uint8Array> {
  const { data, crc32: sum, textBytes } = openBgzfBlock(block);
  if (textBytes === 0) return data.subarray(0, 0);
  const text = await inflate(data, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: bgzf.blockBytesMax });
  if (text.length !== textBytes || crc32(text) !== sum) throw new Error('a compressed part has a damaged block');
  return text;
}

const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/**
 * The blocks of any number of parts as one gzip member, without compressing anything again. Several members, as files have them, would
 * be as valid; but there are HTTP clients (curl is one) that take the end of the first for the end of all.
 */
export async function* joinGzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sum = 0;
  let bytes = 0;
  yield header;
  for await (const block of blocksOf(chunks)) {
    const { data, crc32: blockSum, textBytes } = openBgzfBlock(block);
    sum = combineCrc32(sum, blockSum, textBytes);
    bytes += textBytes;
    if (data.length > 0) yield data;
  }
  const end = Buffer.alloc(bgzf.lastBlock.length + bgzf.trailerBytes);
  end.set(bgzf.lastBlock);
  end.writeUInt32LE(sum, bgzf.lastBlock.length);
  end.writeUInt32LE(bytes % 2 ** 32, bgzf.lastBlock.length + 4);
  yield end;
}

async function* blocksOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    for (;;) {
      const length = bgzfBlockBytes(bytes.subarray(at));
      if (length === undefined || at + length > bytes.length) break;
      yield bytes.subarray(at, at + length);
      at += length;
    }
    held = bytes.subarray(at);
  }
  if (held.length > 0) throw new Error('a compressed part ends within a block');
}
