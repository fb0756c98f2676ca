/** Step 5 of a job's path, in the task thread: one partition of every segment, merged and reduced to a part. */
import { tmpdir } from 'node:os';
import { groupCount, groupSummaryPath, jobFiles, type Plan, type TaskOutput } from '@gridmr/contracts';
import { type ReduceSources, runReduceAttempt } from '@gridmr/engine';
import type { WasmModule } from '@gridmr/sandbox';
import type { BlobStore } from '@gridmr/storage';
import type { AttemptRequest, AttemptResult } from '../attempts/attempt-request.js';
import { readSummary } from '../steps/read-summary.js';
import { openAttempt } from './open-attempt.js';

export async function runReduce(
  store: BlobStore,
  engine: WasmModule,
  request: Extract<AttemptRequest, { kind: 'reduce' }>,
): Promise<AttemptResult> {
  const { plan, asked, index } = request;
  await using attempt = await openAttempt(store, engine, request);
  const made = await runReduceAttempt({
    sources: await segmentsOf(store, plan),
    partition: index,
    sandbox: attempt.sandbox,
    context: attempt.context('reduce', index, plan.reduce_tasks, null),
    output: attempt.output,
    outputFormat: asked.spec.output_format,
    outputCompression: asked.spec.output_compression,
    scratch: tmpdir(),
  });
  return await attempt.commit(made, true);
}

/** The winning segments of all map tasks, as the groups' summaries name them. */
async function segmentsOf(store: BlobStore, plan: Plan): Promise<ReduceSources> {
  const segments: TaskOutput[] = [];
  for (let group = 0; group < groupCount(plan.map_tasks); group++) {
    const { outputs } = await readSummary(store, groupSummaryPath(plan.job_id, 'map', group));
    segments.push(...outputs);
  }
  return {
    bytes: segments.map(segment => segment.bytes),
    open: mapTask =>
      store.openReader(`${jobFiles.taskDirectory(plan.job_id, 'map', mapTask)}/${segments[mapTask]?.file}`),
  };
}
