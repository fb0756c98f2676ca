/** Step 3 of a job's path, in the task thread: one split, from its bytes to a segment (or, map-only, a part). */
import { tmpdir } from 'node:os';
import { readTextBlocks, runMapAttempt } from '@gridmr/engine';
import type { WasmModule } from '@gridmr/sandbox';
import type { BlobStore } from '@gridmr/storage';
import type { AttemptRequest, AttemptResult } from '../attempts/attempt-request.js';
import { openAttempt } from './open-attempt.js';

export async function runMap(
  store: BlobStore,
  engine: WasmModule,
  request: Extract<AttemptRequest, { kind: 'map' }>,
): Promise<AttemptResult> {
  const { split, reducers, asked, index } = request;
  await using attempt = await openAttempt(store, engine, request);
  using reader = await store.openReader(split.path);
  const made = await runMapAttempt({
    split,
    blocks: readTextBlocks(reader, split),
    sandbox: attempt.sandbox,
    context: attempt.context('map', null, reducers, { path: split.path, split: index }),
    output: attempt.output,
    reducers,
    outputFormat: asked.spec.output_format,
    outputCompression: asked.spec.output_compression,
    scratch: tmpdir(),
  });
  return await attempt.commit(made, reducers === 0);
}
