/** The splits that hold the first records of a job's input, and how many of the last one's are wanted. */
import type { InputFormat, Split } from '@gridmr/contracts';
import { readInputBlocks } from '@gridmr/engine';
import type { BlobStore } from '@gridmr/storage';

export interface SampleSplits {
  readonly splits: Split[];
  /** Of the last of them; all records of those before are wanted. */
  readonly recordsOfLast: number;
}

/** Reads no further than it has to. */
export async function sampleSplits(
  inputs: BlobStore,
  splits: readonly Split[],
  format: InputFormat,
  records: number,
): Promise<SampleSplits> {
  const chosen: Split[] = [];
  let left = records;
  for (const split of splits) {
    chosen.push(split);
    const found = await countRecords(inputs, split, format, left);
    if (found >= left) return { splits: chosen, recordsOfLast: left };
    left -= found;
  }
  return { splits: chosen, recordsOfLast: left };
}

/** Stops at `enough`. */
async function countRecords(inputs: BlobStore, split: Split, format: InputFormat, enough: number): Promise<number> {
  let records = 0;
  for await (const block of readInputBlocks({ split, format, open: path => inputs.openReader(path) })) {
    records += block.records;
    if (records >= enough) break;
  }
  return records;
}
