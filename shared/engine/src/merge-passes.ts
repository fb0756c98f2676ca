/**
 * Merges any number of sorted sources with a bounded number of them open at once.
 *
 * While there are more sources than the fan-in, a pass merges windows of consecutive ones into runs in the scratch
 * directory (`merge-plan.ts`); the last merge goes straight to whoever asked. A source is opened when its window's turn
 * comes, read partition by partition, closed, and removed if it was a run.
 *
 * Invariant: no more files are open than the fan-in and the one being written; all are closed whatever happens.
 * Cost: the data is written and read once per pass; none for up to `mergeFanInMax` sources.
 */
import type { AttemptLimits } from './attempt-limits.js';
import type { GroupCursor } from './group-cursor.js';
import { mergeGroups } from './merge.js';
import { planMergePass } from './merge-plan.js';
import { type RunOptions, RunWriter } from './run-writer.js';
import type { SegmentWriter } from './segment-writer.js';
import type { OpenSource, SortedSource } from './sorted-source.js';

/** Writes the groups of one partition, in order. */
export type WriteGroups = (partition: number, groups: GroupCursor, target: SegmentWriter) => void;

export interface MergeOptions extends RunOptions {
  readonly limits: AttemptLimits;
  /** What a pass does with merged groups: copies them, or combines them. */
  readonly write: WriteGroups;
}

/** Calls `consume` with the merged groups of every partition, in order. */
export async function mergeSources(
  sources: readonly SortedSource[],
  options: MergeOptions,
  consume: (partition: number, groups: GroupCursor) => void,
): Promise<void> {
  const fanIn = options.limits.mergeFanInMax;
  let left = sources;
  while (left.length > fanIn) left = await runPass(left, options);
  await mergeWindow(left, options.partitions, consume);
}

async function runPass(sources: readonly SortedSource[], options: MergeOptions): Promise<SortedSource[]> {
  const merged: SortedSource[] = [];
  let at = 0;
  for (const length of planMergePass(sources.length, options.limits.mergeFanInMax)) {
    const window = sources.slice(at, at + length);
    at += length;
    merged.push(...(length === 1 ? window : [await mergeIntoRun(window, options)]));
  }
  return merged;
}

/** Merges sources, no more than the fan-in, into one run. */
async function mergeIntoRun(sources: readonly SortedSource[], options: MergeOptions): Promise<SortedSource> {
  using run = new RunWriter(options);
  await mergeWindow(sources, options.partitions, (partition, groups) => options.write(partition, groups, run.target));
  return run.finish();
}

async function mergeWindow(
  sources: readonly SortedSource[],
  partitions: number,
  consume: (partition: number, groups: GroupCursor) => void,
): Promise<void> {
  const opened = await openAll(sources);
  try {
    for (let partition = 0; partition < partitions; partition++) {
      consume(partition, mergeGroups(opened.map(source => source.readPartition(partition))));
    }
  } finally {
    for (const source of opened) source[Symbol.dispose]();
  }
  for (const source of sources) source.remove();
}

/** Opens all or none. */
async function openAll(sources: readonly SortedSource[]): Promise<OpenSource[]> {
  const results = await Promise.allSettled(sources.map(source => source.open()));
  const opened = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = results.find(result => result.status === 'rejected');
  if (failure === undefined) return opened;
  for (const source of opened) source[Symbol.dispose]();
  throw failure.reason;
}
