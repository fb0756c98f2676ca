/** A file of this machine that appears when it is whole. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandLine } from '../command-line.js';

type Chunk = string | Uint8Array;

/** Returns its bytes. What was there is replaced; if anything fails, it stays. */
export async function writeWhole(
  cli: CommandLine,
  path: string,
  chunks: Iterable<Chunk> | AsyncIterable<Chunk>,
): Promise<number> {
  const partial = `${path}.${process.pid}.partial`;
  const file = createWriteStream(partial);
  try {
    await pipeline(Readable.from(chunks, { objectMode: true }), file, { signal: cli.signal });
    await rename(partial, path);
    return file.bytesWritten;
  } catch (error) {
    await rm(partial, { force: true });
    cli.signal.throwIfAborted();
    throw error;
  }
}
