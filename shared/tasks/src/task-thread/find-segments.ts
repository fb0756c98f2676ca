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
  groupCount,
  groupOf,
  groupSummaryPath,
  jobFiles,
  type Plan,
} from '@gridmr/contracts';
import type { ReduceSources } from '@gridmr/engine';
import { type BlobReader, type BlobStore, StorageError } from '@gridmr/storage';
import { LRUCache } from 'lru-cache';
import { readSummary } from '../read-summary.js';

export async function findSegments(store: BlobStore, plan: Plan): Promise<ReduceSources> {
  const bytes: number[] = [];
  /** Of each segment, its file; undefined if it stands in the summary. */
  const files: (string | undefined)[] = [];
  for (let group = 0; group < groupCount(plan.map_tasks); group++) {
    for (const output of (await readSummary(store, pathOf(plan, group))).outputs) {
      bytes.push(output.bytes);
      files.push(output.inline === undefined ? output.file : undefined);
    }
  }
  const inline = new InlineSegments(store, plan);
  return {
    bytes,
    open: async mapTask => {
      const file = files[mapTask];
      if (file === undefined) return inline.open(mapTask);
      return store.openReader(`${jobFiles.taskDirectory(plan.job_id, 'map', mapTask)}/${file}`);
    },
  };
}

function pathOf(plan: Plan, group: number): string {
  return groupSummaryPath(plan.job_id, 'map', group);
}

class InlineSegments {
  readonly #store: BlobStore;
  readonly #plan: Plan;
  /** Of a group, its segments in base64. */
  readonly #groups = new LRUCache<number, Promise<readonly (string | undefined)[]>>({
    max: dataPlaneLimits.summariesHeldMax,
  });

  constructor(store: BlobStore, plan: Plan) {
    this.#store = store;
    this.#plan = plan;
  }

  async open(mapTask: number): Promise<BlobReader> {
    const group = groupOf(mapTask);
    const segments = this.#groups.get(group) ?? this.#read(group);
    this.#groups.set(group, segments);
    const segment = (await segments)[mapTask - firstTaskOf(group)];
    const path = `${pathOf(this.#plan, group)}#${mapTask}`;
    if (segment === undefined) throw new StorageError('damaged', path, `${path} is missing`);
    return new HeldBytes(path, Buffer.from(segment, 'base64'));
  }

  async #read(group: number): Promise<readonly (string | undefined)[]> {
    const { outputs } = await readSummary(this.#store, pathOf(this.#plan, group));
    return outputs.map(({ inline }) => inline);
  }
}

/** Bytes in memory, read as a file is. */
class HeldBytes implements BlobReader {
  readonly path: string;
  readonly #content: Uint8Array;

  constructor(path: string, content: Uint8Array) {
    this.path = path;
    this.#content = content;
  }

  get bytes(): number {
    return this.#content.length;
  }

  readSync(target: Uint8Array, position: number): number {
    const piece = this.#content.subarray(position, position + target.length);
    target.set(piece);
    return piece.length;
  }

  [Symbol.dispose](): void {}
}
