/**
 * Step 6 of a job's path: every part is committed, so make the output count.
 *
 * Order matters: parts and manifest are placed, then the verdict is committed (a cancel may win that race), then
 * `_SUCCESS` is written. The step may die anywhere and run again, or be stopped anywhere and go on after another worker has
 * finished the job: a part that was moved is not moved twice, a manifest and a verdict that stand stay, and `_SUCCESS` is
 * written after these in any case.
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
  partName,
  queueLimits,
  TaskError,
  type TaskKind,
  type TaskOutput,
  type Verdict,
  zeroCounters,
} from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import { releaseOutput } from './claim-output.js';
import { concurrently } from './concurrently.js';
import { endJob } from './end-job.js';
import { removeOutput } from './remove-output.js';
import type { StepTools } from './step-tools.js';
import { gatherGroup, summariseGroup } from './summarise-group.js';

const renamesAtOnce = 16;

export async function commitJob(tools: StepTools, jobId: string): Promise<void> {
  const [before, asked] = await Promise.all([tools.jobs.readVerdict(jobId), tools.known.asked(jobId)]);
  if (before === undefined) await placeAndDecide(tools, asked);
  else if (before.status === 'completed') await markSuccess(tools, asked);
}

async function placeAndDecide(tools: StepTools, asked: AskedJob): Promise<void> {
  const { job_id } = asked;
  const plan = await tools.known.plan(job_id);
  tools.news.publish({ type: 'phase', job_id, phase: 'commit', at: new Date().toISOString() });
  const { outputs, counters } = await gather(tools, plan);
  const places = outputs.map((output, index) => ({ output, index }));
  await concurrently(renamesAtOnce, places, ({ output, index }) =>
    placePart(tools, asked, partKind(plan), index, output),
  );
  const manifest = await commitManifest(tools, asked, manifestOf(asked, partKind(plan), outputs, counters));
  const { parts, records, bytes, finished_at } = manifest;
  const verdict: Verdict = {
    job_id,
    status: 'completed',
    finished_at,
    error: null,
    output: { path: asked.spec.output_path, parts: parts.length, records, bytes },
    counters,
  };
  const standing = await tools.jobs.commitVerdict(verdict);
  if (standing.status === 'completed') await markSuccess(tools, asked);
  else await withdraw(tools, asked);
}

/** The clean-up after the other verdict may have come before the parts that were placed here. */
async function withdraw(tools: StepTools, asked: AskedJob): Promise<void> {
  await removeOutput(tools.store, asked);
  await releaseOutput(tools.store, asked);
}

/** The first one stands, and is what the verdict repeats. */
async function commitManifest(tools: StepTools, { job_id, spec }: AskedJob, manifest: Manifest): Promise<Manifest> {
  const path = `${spec.output_path}/${outputNames.manifest}`;
  if (await tools.store.commitOnce(path, json(manifest))) return manifest;
  const standing = await tools.jobs.readManifest(path);
  if (standing?.job_id === job_id) return standing;
  throw new TaskError({
    code: 'output_exists',
    message: `cannot finish in ${spec.output_path}: somebody else has put a manifest there; choose another output_path`,
  });
}

async function markSuccess(tools: StepTools, asked: AskedJob): Promise<void> {
  await tools.store.write(`${asked.spec.output_path}/${outputNames.success}`, new Uint8Array());
  await endJob(tools, asked.job_id);
}

function partKind(plan: Plan): TaskKind {
  return plan.reduce_tasks === 0 ? 'map' : 'reduce';
}

async function gather(tools: StepTools, plan: Plan): Promise<{ outputs: TaskOutput[]; counters: Counters }> {
  const counters = zeroCounters();
  let outputs: TaskOutput[] = [];
  for (const kind of ['map', 'reduce'] as const) {
    const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
    const ofKind: TaskOutput[] = [];
    // A small stage has no groups in its flow; its map tasks were summarised for the reduce tasks to read.
    const isUnread = tasks <= queueLimits.childrenPerBarrierMax && kind === partKind(plan);
    const summarise = isUnread ? gatherGroup : summariseGroup;
    for (let group = 0; group < groupCount(tasks); group++) {
      const summary = await summarise(tools, plan, kind, group);
      addCounters(counters, summary.counters);
      ofKind.push(...summary.outputs);
    }
    if (kind === partKind(plan)) outputs = ofKind;
  }
  return { outputs, counters };
}

/** Renames the winning attempt's file into the output; done already if the file is gone and the part has its size. */
async function placePart(
  tools: StepTools,
  { job_id, spec }: AskedJob,
  kind: TaskKind,
  index: number,
  output: TaskOutput,
): Promise<void> {
  const from = `${jobFiles.taskDirectory(job_id, kind, index)}/${output.file}`;
  const to = `${spec.output_path}/${partName(kind, index, spec.output_compression)}`;
  try {
    await tools.store.rename(from, to);
  } catch (error) {
    const placed = error instanceof StorageError && error.code === 'not_found' ? await tools.store.stat(to) : undefined;
    if (placed?.bytes !== output.bytes) throw error;
  }
}

function manifestOf(asked: AskedJob, kind: TaskKind, outputs: readonly TaskOutput[], counters: Counters): Manifest {
  const sum = (field: 'records' | 'bytes') => outputs.reduce((total, output) => total + output[field], 0);
  return {
    version: 1,
    job_id: asked.job_id,
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
