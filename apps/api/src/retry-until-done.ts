/** Background work that must not give up because Redis, the database or the storage is away for a while. */
import { setTimeout as delay } from 'node:timers/promises';
import { apiLimits } from '@gridmr/contracts';

/** Tries `step` until it succeeds or `signal` is aborted, waiting twice as long after each failure, up to a bound. */
export async function retryUntilDone(
  step: () => Promise<void>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  let waitMs: number = apiLimits.retryDelayMs;
  while (!signal.aborted) {
    try {
      return await step();
    } catch (error) {
      if (signal.aborted) return;
      onFailure(error);
    }
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    waitMs = Math.min(2 * waitMs, apiLimits.retryDelayMaxMs);
  }
}
