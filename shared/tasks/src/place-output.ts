/**
 * Step 6 of a job's path, as far as files go: the winning attempts' parts are renamed into the output, and the manifest says which they are. It does not
 * count yet: the verdict and `_SUCCESS` are the caller's.
 *
 * May be repeated after it died anywhere: a part that was moved is not moved twice, a manifest that stands stays.
 */
import { createHash } from 'node:crypto';
import {
  type AskedJob,
  addCounters,
  type Counters,
  groupCount,
  jobFiles,
  type Manifest,
  outputNames,
  type Plan,
  parseRunId,
  partName,
  queueLimits,
  TaskError,
  type TaskKind,
  type TaskOutput,
  taskId,
  type Verdict,
  zeroCounters,
} from '@gridmr/contracts';
import { type BlobStore, StorageError } from '@gridmr/storage';
import { checkSkipped } from './check-skipped.js';
import { concurrently } from './concurrently.js';
import { type DoneJobs, gatherGroup, summariseGroup, TaskNotCommittedError } from './summarise-group.js';
import { withdrawCommit } from './withdraw-commit.js';

const renamesAtOnce = 16;

/**
 * Returns the verdict that the job has earned. Throws `TaskNotCommittedError`, `TaskError` `output_exists` or for too many skipped records, and what storage throws.
 * @param hasEnded whether another verdict stands: then no more parts are moved, and the verdict is of no use
 */
export async function placeOutput(
  done: DoneJobs,
  asked: AskedJob,
  plan: Plan,
  hasEnded: () => Promise<boolean> = async () => false,
): Promise<Verdict> {
  const { outputs, counters } = await gather(done, plan);
  checkSkipped(asked, counters.skipped_records);
  const places = outputs.map((output, index) => ({ output, index }));
  await concurrently(renamesAtOnce, places, async ({ output, index }) => {
    if (!(await hasEnded())) await placePart(done, asked, partKind(plan), index, output);
  });
  const manifest = await commitManifest(done, asked, manifestOf(asked, partKind(plan), outputs, counters));
  const { parts, records, bytes, finished_at } = manifest;
  return {
    job_id: asked.job_id,
    status: 'completed',
    finished_at,
    error: null,
    output: { path: asked.spec.output_path, parts: parts.length, records, bytes },
    counters,
  };
}

/** The first one stands, and is what the verdict repeats; but for that of an earlier run, which came too late for its own verdict. */
async function commitManifest(done: DoneJobs, { spec }: AskedJob, manifest: Manifest): Promise<Manifest> {
  const path = `${spec.output_path}/${outputNames.manifest}`;
  if (await done.store.commitOnce(path, json(manifest))) return manifest;
  const standing = await done.jobs.readManifest(path);
  if (standing?.job_id === manifest.job_id) {
    if (runOf(standing) >= runOf(manifest)) return standing;
    await done.store.remove(path);
    if (await done.store.commitOnce(path, json(manifest))) return manifest;
  }
  throw new TaskError({
    code: 'output_exists',
    message: `cannot finish in ${spec.output_path}: somebody else has put a manifest there; choose another output_path`,
  });
}

function runOf({ run = 1 }: Manifest): number {
  return run;
}

function partKind(plan: Plan): TaskKind {
  return plan.reduce_tasks === 0 ? 'map' : 'reduce';
}

async function gather(done: DoneJobs, plan: Plan): Promise<{ outputs: TaskOutput[]; counters: Counters }> {
  const counters = zeroCounters();
  let outputs: TaskOutput[] = [];
  const withdrawals = await done.jobs.withdrawals(plan.job_id);
  for (const kind of ['map', 'reduce'] as const) {
    const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
    const ofKind: TaskOutput[] = [];
    // A small stage has no groups in its flow; its map tasks were summarised for the reduce tasks to read.
    const isUnread = tasks <= queueLimits.childrenPerBarrierMax && kind === partKind(plan);
    const summarise = isUnread ? gatherGroup : summariseGroup;
    for (let group = 0; group < groupCount(tasks); group++) {
      const summary = await summarise(done, plan, kind, group, withdrawals);
      addCounters(counters, summary.counters);
      ofKind.push(...summary.outputs);
    }
    if (kind === partKind(plan)) outputs = ofKind;
  }
  return { outputs, counters };
}

/**
 * Renames the winning attempt's file into the output; done already if the file is gone and the part has its size. A part that is neither here nor there, or not
 * whole, has to be made again, and takes the place of what stands there.
 */
async function placePart(
  done: DoneJobs,
  { job_id, spec }: AskedJob,
  kind: TaskKind,
  index: number,
  output: TaskOutput,
): Promise<void> {
  const from = `${jobFiles.taskDirectory(job_id, kind, index)}/${output.file}`;
  const to = `${spec.output_path}/${partName(kind, index, spec.output_compression)}`;
  await moveIfThere(done.store, from, to);
  const placed = await done.store.stat(to);
  if (placed?.bytes === output.bytes) return;
  if (placed === undefined && (await showsUp(done.store, from))) return done.store.rename(from, to);
  await withdrawCommit(done.jobs, { jobId: job_id, kind, index, file: output.file });
  throw new TaskNotCommittedError([taskId(job_id, kind, index)]);
}

async function moveIfThere(store: BlobStore, from: string, to: string): Promise<void> {
  try {
    await store.rename(from, to);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'not_found') throw error;
  }
}

/** This machine may remember that its name was missing. */
async function showsUp(store: BlobStore, path: string): Promise<boolean> {
  try {
    using _file = await store.openReader(path, { isAwaited: true });
    return true;
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not_found') return false;
    throw error;
  }
}

function manifestOf(asked: AskedJob, kind: TaskKind, outputs: readonly TaskOutput[], counters: Counters): Manifest {
  const sum = (field: 'records' | 'bytes') => outputs.reduce((total, output) => total + output[field], 0);
  const { jobId, run } = parseRunId(asked.job_id);
  return {
    version: 1,
    job_id: jobId,
    ...(run === 1 ? {} : { run }),
    format: asked.spec.output_format,
    compression: asked.spec.output_compression,
    parts: outputs.map((output, index) => ({
      ...output,
      file: partName(kind, index, asked.spec.output_compression),
    })),
    records: sum('records'),
    bytes: sum('bytes'),
    counters,
    spec_digest: createHash('sha256').update(JSON.stringify(asked.spec)).digest('hex'),
    finished_at: new Date().toISOString(),
  };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
