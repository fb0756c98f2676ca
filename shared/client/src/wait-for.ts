/** Waiting for a job by looking at its status again and again. */
import { clientLimits, isFinished, type Job, type JobStatusView } from '@gridmr/contracts';
import { pause } from './pause.js';

export interface WaitForOptions {
  /** Ends the wait, with its own reason. There is no other deadline: a job may take days. */
  readonly signal?: AbortSignal | undefined;
  /** Called with every answer, the last one too. */
  readonly onStatus?: ((status: JobStatusView) => void) | undefined;
  readonly pollMs?: number | undefined;
}

/** The two calls that waiting needs. */
interface JobCalls {
  job(id: string, options: { signal?: AbortSignal | undefined }): Promise<Job>;
  status(id: string, options: { signal?: AbortSignal | undefined }): Promise<JobStatusView>;
}

export async function waitFor(
  client: JobCalls,
  id: string,
  { signal, onStatus, pollMs = clientLimits.pollMs }: WaitForOptions,
): Promise<Job> {
  for (;;) {
    const status = await client.status(id, { signal });
    onStatus?.(status);
    if (isFinished(status.status)) return client.job(id, { signal });
    await pause(pollMs, signal);
  }
}
