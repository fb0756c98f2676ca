/** Waiting for a job by looking at its status again and again. */
import { clientLimits, isFinished, type Job, type JobStatusView } from '@gridmr/contracts';

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

/** Rejects with the signal's reason. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
