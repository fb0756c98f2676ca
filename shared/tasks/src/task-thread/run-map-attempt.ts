/** Step 3 of a job's path, in the task thread: one split, from its files' bytes to a segment (or, map-only, a part). */
import { dataPlaneLimits, type Split } from '@gridmr/contracts';
import { firstRecords, type MapAttempt, readInputBlocks, runMapAttempt } from '@gridmr/engine';
import type { WasmModule } from '@gridmr/sandbox';
import type { BlobStore } from '@gridmr/storage';
import type { AttemptOutcome, AttemptRequest, MapTask } from '../attempt-request.js';
import { openAttempt } from './open-attempt.js';
import { SkippedRecords } from './skipped-records.js';
import { memory, scratch } from './thread-belongings.js';

export async function runMap(
  store: BlobStore,
  inputs: BlobStore,
  engine: WasmModule,
  request: AttemptRequest<MapTask>,
): Promise<AttemptOutcome> {
  const { split, reducers, recordsMax, asked, index, deadLettersPath } = request;
  const isSkipping = asked.spec.on_record_error === 'skip';
  await using skipped = isSkipping ? await SkippedRecords.open(store, deadLettersPath, asked.spec) : undefined;
  await using attempt = await openAttempt(store, engine, request, skipped);
  const format = asked.spec.input_format;
  const all = readInputBlocks({ split, format, open: path => inputs.openReader(path) });
  const given: MapAttempt = {
    blocks: recordsMax === undefined ? all : firstRecords(all, recordsMax),
    sandbox: attempt.sandbox,
    context: attempt.context('map', null, reducers, { path: split.ranges[0]?.path ?? '', split: index }),
    output: attempt.output,
    disk: attempt.disk,
    reducers,
    outputFormat: asked.spec.output_format,
    outputCompression: asked.spec.output_compression,
    scratch,
    memory,
    limits: isSmall(split) ? smallBuffers : {},
  };
  return await attempt.commit(await attempt.noting(() => runMapAttempt(given)));
}

/** Full-sized buffers cost more than the work of a small split. What it makes may still be big: it is written in more pieces then. */
const smallBuffers = {
  segmentFrameBytes: dataPlaneLimits.smallSplitBytes,
  writeBufferBytes: dataPlaneLimits.smallSplitBytes,
};

function isSmall({ ranges }: Split): boolean {
  return ranges.reduce((bytes, { start, end }) => bytes + end - start, 0) <= dataPlaneLimits.smallSplitBytes;
}
