/**
 * A job's status as it changes: by the stream of its events, or, where a proxy or an older API does not let that through, by looking again and again.
 */
import { clientLimits, isFinished, type JobStatusView, type JobStreamEvent } from '@gridmr/contracts';
import { ApiError } from './api-error.js';
import { ConnectionError } from './connection-error.js';
import { pause } from './pause.js';

export interface WatchOptions {
  /** Ends it, with its own reason. There is no other deadline: a job may take days. */
  readonly signal?: AbortSignal | undefined;
  /** Between two looks, where events do not come. */
  readonly pollMs?: number | undefined;
}

interface JobCalls {
  status(id: string, options: { signal?: AbortSignal | undefined }): Promise<JobStatusView>;
  events(id: string, options: { signal?: AbortSignal | undefined }): AsyncIterable<JobStreamEvent>;
}

/** Yields the status as it is, then each that differs from the one before; the last one is finished. */
export async function* watchJob(
  client: JobCalls,
  id: string,
  { signal, pollMs = clientLimits.pollMs }: WatchOptions,
): AsyncGenerator<JobStatusView, void, undefined> {
  let before = await client.status(id, { signal });
  yield before;
  for await (const status of statuses(client, id, before, signal, pollMs)) {
    if (JSON.stringify(status) === JSON.stringify(before)) continue;
    before = status;
    yield status;
  }
}

async function* statuses(
  client: JobCalls,
  id: string,
  first: JobStatusView,
  signal: AbortSignal | undefined,
  pollMs: number,
): AsyncGenerator<JobStatusView, void, undefined> {
  let status = first;
  try {
    for await (const event of isFinished(status.status) ? [] : client.events(id, { signal })) {
      status = withEvent(status, event);
      yield status;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
  }
  while (!isFinished(status.status)) {
    await pause(pollMs, signal);
    status = await client.status(id, { signal });
    yield status;
  }
}

function withEvent(before: JobStatusView, event: JobStreamEvent): JobStatusView {
  if (event.event === 'progress') return { ...before, ...event.data };
  if (event.event !== 'status' && event.event !== 'done') return before;
  const { job_id, status, phase, progress, tasks, error } = event.data;
  return { job_id, status, phase, progress, tasks, error };
}
