/** The splits of a plan, in files of `dataPlaneLimits.tasksPerGroup`, so that a task reads its own thousand only. */
import { dataPlaneLimits, jobFiles, type Plan, planChunkSchema, type Split } from '@gridmr/contracts';
import type { BlobPath, BlobStore } from './blob-store.js';
import { damaged, jsonBytes, readJson } from './json-file.js';

/**
 * Writes all splits; they count only once their plan is committed. If it fails, nothing is left. Throws an error if the
 * splits are not as many as the plan counts.
 */
export async function writePlanChunks(store: BlobStore, plan: Plan, splits: Iterable<Split>): Promise<void> {
  try {
    const count = await writeChunks(store, plan, splits);
    if (count !== plan.map_tasks)
      throw new Error(`the plan counts ${plan.map_tasks} map tasks, but has ${count} splits`);
  } catch (error) {
    await removePlanChunks(store, plan);
    throw error;
  }
}

async function writeChunks(store: BlobStore, plan: Plan, splits: Iterable<Split>): Promise<number> {
  let chunks = 0;
  let count = 0;
  for (const chunk of inThousands(splits)) {
    await store.write(jobFiles.planChunk(plan.job_id, plan.token, chunks), jsonBytes(planChunkSchema, chunk));
    chunks++;
    count += chunk.length;
  }
  return count;
}

function* inThousands(splits: Iterable<Split>): Generator<Split[]> {
  let chunk: Split[] = [];
  for (const split of splits) {
    chunk.push(split);
    if (chunk.length < dataPlaneLimits.tasksPerGroup) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Throws `StorageError` `damaged` if the chunk is missing or does not have the splits that its plan counts. */
export async function readPlanChunk(store: BlobStore, plan: Plan, chunk: number): Promise<Split[]> {
  const path = jobFiles.planChunk(plan.job_id, plan.token, chunk);
  const expected = Math.min(dataPlaneLimits.tasksPerGroup, plan.map_tasks - chunk * dataPlaneLimits.tasksPerGroup);
  if (chunk < 0 || expected <= 0) throw new RangeError(`the plan of ${plan.job_id} has no chunk ${chunk}`);
  const splits = await readJson(store, path, planChunkSchema, { isAwaited: true });
  if (splits === undefined) throw damaged(path, 'it is missing, though the plan that needs it stands');
  if (splits.length !== expected) throw damaged(path, `it has ${splits.length} splits, and the plan ${expected}`);
  return splits;
}

export async function removePlanChunks(store: BlobStore, plan: Plan): Promise<void> {
  await store.remove(planDirectory(plan));
}

/** The directory of a plan's splits. */
export function planDirectory(plan: Pick<Plan, 'job_id' | 'token'>): BlobPath {
  const chunk = jobFiles.planChunk(plan.job_id, plan.token, 0);
  return chunk.slice(0, chunk.lastIndexOf('/'));
}
