/** Step 5 of a job's path, in the task thread: one partition of every segment, merged and reduced to a part. */
import { type ReduceAttempt, runReduceAttempt } from '@gridmr/engine';
import type { WasmModule } from '@gridmr/sandbox';
import type { BlobStore } from '@gridmr/storage';
import type { AttemptOutcome, AttemptRequest, ReduceTask } from '../attempt-request.js';
import { findSegments } from './find-segments.js';
import { openAttempt } from './open-attempt.js';
import { scratch } from './thread-belongings.js';

export async function runReduce(
  store: BlobStore,
  engine: WasmModule,
  request: AttemptRequest<ReduceTask>,
): Promise<AttemptOutcome> {
  const { plan, asked, index, withdrawn } = request;
  await using attempt = await openAttempt(store, engine, request);
  const given: ReduceAttempt = {
    sources: await findSegments(store, plan, withdrawn),
    partition: index,
    sandbox: attempt.sandbox,
    context: attempt.context('reduce', index, plan.reduce_tasks, null),
    output: attempt.output,
    disk: attempt.disk,
    outputFormat: asked.spec.output_format,
    outputCompression: asked.spec.output_compression,
    scratch,
  };
  return await attempt.commit(await attempt.noting(() => runReduceAttempt(given)));
}
