/**
 * Where a reduce attempt finds the winning segments of all map tasks, as the groups' summaries name them: files beside the commit records, or, the
 * small ones, in the summaries themselves.
 *
 * Small segments are not kept when the summaries are first read, since a plan may have a million of them. The merge opens sources in map-task order,
 * so the summaries of two groups at hand mean that each is read once more.
 */
import {
  dataPlaneLimits,
  firstTaskOf,
  type GroupSummary,
  groupCount,
  groupOf,
  groupSummaryPath,
  jobFiles,
  type Plan,
} from '@gridmr/contracts';
import type { ReduceSources } from '@gridmr/engine';
import { type BlobReader, type BlobStore, StorageError, Withdrawals } from '@gridmr/storage';
import { LRUCache } from 'lru-cache';
import { HeldBytes } from '../held-bytes.js';
import { readSummary } from '../read-summary.js';

/** @param withdrawn names of the commit records that did not count any more when the attempt began */
export async function findSegments(store: BlobStore, plan: Plan, withdrawn: readonly string[]): Promise<ReduceSources> {
  const withdrawals = new Withdrawals(withdrawn);
  const pathOf = (group: number) => groupSummaryPath(plan.job_id, 'map', group, withdrawals.countIn('map', group));
  const bytes: number[] = [];
  /** Of each segment, its file; undefined if it stands in the summary. */
  const files: (string | undefined)[] = [];
  for (let group = 0; group < groupCount(plan.map_tasks); group++) {
    for (const output of (await readSummary(store, pathOf(group))).outputs) {
      bytes.push(output.bytes);
      files.push(output.inline === undefined ? output.file : undefined);
    }
  }
  const inline = new InlineSegments(store, plan, pathOf);
  const unfit: string[] = [];
  return {
    bytes,
    open: async mapTask => {
      const file = files[mapTask];
      if (file === undefined) return inline.open(mapTask);
      return openFile(store, segmentPath(plan, mapTask, file), bytes[mapTask], unfit);
    },
  };
}

/**
 * Segments that are missing or do not have their length. What opens several at once looks at the first error of all, which then names
 * all of them, so that their map tasks run again together.
 */
export class SegmentsUnfitError extends StorageError {
  /** More may join while other segments are still being opened. */
  readonly paths: readonly string[];

  constructor(paths: readonly string[], message: string, options?: ErrorOptions) {
    super('damaged', paths[0] ?? '', message, options);
    this.name = 'SegmentsUnfitError';
    this.paths = paths;
  }
}

async function openFile(
  store: BlobStore,
  path: string,
  bytes: number | undefined,
  unfit: string[],
): Promise<BlobReader> {
  try {
    const reader = await store.openReader(path, { isAwaited: true });
    if (reader.bytes === bytes) return reader;
    reader[Symbol.dispose]();
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'not_found') throw error;
  }
  unfit.push(path);
  throw new SegmentsUnfitError(unfit, `${path} is missing or cut short; its map task must run again`);
}

function segmentPath(plan: Plan, mapTask: number, file: string): string {
  return `${jobFiles.taskDirectory(plan.job_id, 'map', mapTask)}/${file}`;
}

class InlineSegments {
  readonly #store: BlobStore;
  readonly #plan: Plan;
  readonly #pathOf: (group: number) => string;
  readonly #groups = new LRUCache<number, Promise<GroupSummary['outputs']>>({
    max: dataPlaneLimits.summariesHeldMax,
  });

  constructor(store: BlobStore, plan: Plan, pathOf: (group: number) => string) {
    this.#store = store;
    this.#plan = plan;
    this.#pathOf = pathOf;
  }

  async open(mapTask: number): Promise<BlobReader> {
    const group = groupOf(mapTask);
    const outputs = this.#groups.get(group) ?? this.#read(group);
    this.#groups.set(group, outputs);
    const output = (await outputs)[mapTask - firstTaskOf(group)];
    if (output?.inline === undefined) {
      const path = this.#pathOf(group);
      throw new StorageError('damaged', path, `${path} does not have the segment of map task ${mapTask}`);
    }
    // By the name that it would have as a file: if it is damaged, that says which attempt made it.
    return new HeldBytes(segmentPath(this.#plan, mapTask, output.file), Buffer.from(output.inline, 'base64'));
  }

  async #read(group: number): Promise<GroupSummary['outputs']> {
    return (await readSummary(this.#store, this.#pathOf(group))).outputs;
  }
}
