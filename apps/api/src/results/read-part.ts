/**
 * The bytes of one part, which must be those that the manifest tells of: a part that is shorter, longer or other than that ends in an error.
 *
 * Two ways to the same bytes. `readPart` holds the file open. `readPartInWindows` opens it for every window, so that ten thousand of them
 * can be read side by side. Both hold the last piece back until the checksum is known: a download that is not right is never complete.
 */
import { RequestError } from '@gridmr/contracts';
import { bgzf, bgzfBlockBytes, crc32c } from '@gridmr/engine';
import { type BlobStore, StorageError } from '@gridmr/storage';
import type { ResultPart } from './find-results.js';
import { inflateBlock } from './gzip-parts.js';

export function readPart(store: BlobStore, part: ResultPart): AsyncGenerator<Uint8Array> {
  return checked(part, store.readStream(part.path));
}

export function readPartInWindows(store: BlobStore, part: ResultPart, windowBytes: number): AsyncGenerator<Uint8Array> {
  return checked(part, windowsOf(store, part, windowBytes));
}

/**
 * The text of a compressed part, in windows. Between two of them nothing is held but a position: a block is read and inflated again for
 * every window of it.
 */
export async function* inflatePartInWindows(
  store: BlobStore,
  part: ResultPart,
  windowBytes: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0, from = 0; at < part.bytes; ) {
    const { window, blockBytes, textBytes } = await inflateWindow(store, part, at, from, from + windowBytes);
    if (window.length > 0) yield window;
    from += windowBytes;
    if (from < textBytes) continue;
    at += blockBytes;
    from = 0;
  }
}

async function* checked(part: ResultPart, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let sum = 0;
  let held: Uint8Array | undefined;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > part.bytes) throw changed(part);
      if (held !== undefined) yield held;
      sum = crc32c(chunk, sum);
      held = chunk;
    }
  } catch (error) {
    throw explained(part, error);
  }
  if (bytes !== part.bytes || sum !== part.crc32c) throw changed(part);
  if (held !== undefined) yield held;
}

/** Asks for one byte beyond the end, to see that there is none. */
async function* windowsOf(store: BlobStore, part: ResultPart, windowBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < part.bytes; at += windowBytes) {
    const last = at + windowBytes >= part.bytes;
    yield await readRange(store, part, at, last ? part.bytes + 1 : at + windowBytes);
  }
}

async function inflateWindow(store: BlobStore, part: ResultPart, at: number, from: number, to: number) {
  const end = Math.min(at + bgzf.blockBytesMax, part.bytes + 1);
  const bytes = await readRange(store, part, at, end);
  const blockBytes = bgzfBlockBytes(bytes);
  if (blockBytes === undefined || blockBytes > bytes.length || at + bytes.length > part.bytes) throw changed(part);
  const text = await inflateBlock(bytes.subarray(0, blockBytes));
  // A copy: a window must not keep the whole block alive.
  return { window: Uint8Array.from(text.subarray(from, to)), blockBytes, textBytes: text.length };
}

async function readRange(store: BlobStore, part: ResultPart, start: number, end: number): Promise<Uint8Array> {
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of store.readStream(part.path, { start, end })) pieces.push(piece);
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
  } catch (error) {
    throw explained(part, error);
  }
}

function changed(part: ResultPart): Error {
  return new Error(`${part.path} is not the file of ${part.bytes} bytes that its manifest tells of`);
}

function explained(part: ResultPart, error: unknown): unknown {
  const isMissing = error instanceof StorageError && error.code === 'not_found';
  return isMissing ? new RequestError('no_results', `${part.path} is no longer there`, {}, { cause: error }) : error;
}
