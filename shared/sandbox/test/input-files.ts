/** Input files in memory, as readers and planning see them. */
import type { InputFormat } from '@gridmr/contracts';
import {
  cutsOf,
  type InputFile,
  planSplits,
  type RecordBlock,
  readInputBlocks,
  scannedRanges,
  scanQuotes,
} from '@gridmr/engine';
import type { BlobReader } from '@gridmr/storage';

export interface File {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface Reading {
  readonly format: InputFormat;
  readonly splitBytes: number;
  readonly blockBytes: number;
}

/** All blocks of all splits. Copies, for a block is only valid until the next. */
export async function blocksOf(
  files: readonly File[],
  { format, splitBytes, blockBytes }: Reading,
): Promise<RecordBlock[]> {
  const blocks: RecordBlock[] = [];
  const sizes: InputFile[] = [];
  for (const { path, bytes } of files) {
    const cuts = format === 'csv' ? { cuts: await cutCsv(bytes, splitBytes) } : {};
    sizes.push({ path, bytes: bytes.length, ...cuts });
  }
  for (const split of planSplits(sizes, splitBytes, format)) {
    const source = { split, format, open: filesIn(files) };
    for await (const block of readInputBlocks(source, { blockBytes })) {
      blocks.push({ ...block, bytes: block.bytes.slice() });
    }
  }
  return blocks;
}

export function filesIn(files: readonly File[]): (path: string) => Promise<BlobReader> {
  return async path => {
    const file = files.find(some => some.path === path);
    if (file === undefined) throw new Error(`no file ${path}`);
    const { bytes } = file;
    return {
      path,
      bytes: bytes.length,
      readSync(target, position) {
        const part = bytes.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      [Symbol.dispose]() {},
    };
  };
}

/** Where a CSV file may be cut, each range scanned in pieces of two bytes. */
async function cutCsv(bytes: Uint8Array, splitBytes: number): Promise<number[]> {
  async function* pieces(start: number, end: number) {
    for (let at = start; at < end; at += 2) yield bytes.subarray(at, Math.min(at + 2, end));
  }
  const scans = scannedRanges(bytes.length, splitBytes).map(({ start, end }) => scanQuotes(pieces(start, end), start));
  return cutsOf(await Promise.all(scans), bytes.length);
}
