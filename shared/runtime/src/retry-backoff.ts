/**
 * How long a failed message waits for its next try: twice as long each time, up to a bound, and not the same for all that
 * failed together. BullMQ's own exponential backoff has no bound: its tenth try would come after 512 s.
 */
import { queueLimits } from '@gridmr/contracts';

/** What messages name it by. */
export const boundedBackoffName = 'bounded';

/** @param attemptsMade failed tries, this one included */
export function boundedBackoff(attemptsMade: number): number {
  const { retryBackoffMs, retryBackoffMaxMs, retryJitter } = queueLimits;
  const waitMs = Math.min(retryBackoffMs * 2 ** (attemptsMade - 1), retryBackoffMaxMs);
  return Math.round(waitMs * (1 - retryJitter * Math.random()));
}
