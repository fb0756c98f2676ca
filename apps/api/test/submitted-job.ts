/** Brings a submitted job as far as a test needs it, by writing what workers would write. */
import {
  type AttemptState,
  type JobEvent,
  type Manifest,
  partName,
  taskId,
  type Verdict,
  zeroCounters,
} from '@gridmr/contracts';
import { crc32c } from '@gridmr/engine';
import type { ApiUnderTest } from './api-under-test.js';
import type { StoredPart } from './stored-part.js';

const time = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString();

export function plannedEvent(jobId: string, mapTasks: number, reduceTasks: number): JobEvent {
  const input = { files: 1, bytes: 20 };
  return { type: 'planned', job_id: jobId, at: time(1), map_tasks: mapTasks, reduce_tasks: reduceTasks, input };
}

export function attemptEvent(jobId: string, index: number, attempt: number, state: AttemptState): JobEvent {
  return {
    type: 'attempt',
    job_id: jobId,
    at: time(2 + attempt),
    task_id: taskId(jobId, 'map', index),
    attempt,
    state,
    worker_id: 'w1',
    error: state === 'failed' ? { code: 'user_code_error', message: 'oops', line: 1, column: 2 } : null,
    final: state === 'committed',
  };
}

export function verdictOf(jobId: string, status: Verdict['status']): Verdict {
  const error = status === 'failed' ? { code: 'user_code_error' as const, message: 'x is not defined' } : null;
  const output = status === 'completed' ? { path: `output/${jobId}`, parts: 1, records: 1, bytes: 4 } : null;
  return { job_id: jobId, status, finished_at: time(9), error, output, counters: zeroCounters() };
}

/** Writes parts and their manifest, as the commit step does, and finishes the job. */
export async function completeJob(
  api: ApiUnderTest,
  jobId: string,
  parts: readonly (string | Buffer | StoredPart)[],
): Promise<void> {
  const spec = (await api.jobStore.readAsked(jobId))?.spec;
  if (spec === undefined) throw new Error(`${jobId} was never submitted`);
  const kind = spec.num_reducers === 0 ? 'map' : 'reduce';
  const listed: Manifest['parts'] = [];
  for (const [index, part] of parts.entries()) {
    const { content, written } = typeof part === 'string' || Buffer.isBuffer(part) ? writtenPart(part) : part;
    const file = partName(kind, index, spec.output_compression);
    await api.directory.write(`${spec.output_path}/${file}`, content);
    listed.push({ ...written, file });
  }
  await writeManifest(api, jobId, listed);
  await api.history.finishJob(await api.jobStore.commitVerdict(verdictOf(jobId, 'completed')));
}

/** Of records that nobody counted. */
function writtenPart(part: string | Buffer): StoredPart {
  const content = Buffer.from(part);
  return { content, written: { records: 0, bytes: content.length, crc32c: crc32c(content) } };
}

export async function writeManifest(api: ApiUnderTest, jobId: string, parts: Manifest['parts']): Promise<void> {
  const spec = (await api.jobStore.readAsked(jobId))?.spec;
  const manifest: Manifest = {
    version: 1,
    job_id: jobId,
    format: spec?.output_format ?? '',
    compression: spec?.output_compression ?? '',
    parts,
    records: 0,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    counters: zeroCounters(),
    spec_digest: '',
    finished_at: time(9),
  };
  await api.directory.write(`${spec?.output_path}/_manifest.json`, JSON.stringify(manifest));
}
