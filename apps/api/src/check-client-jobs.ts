/**
 * A client may have so many jobs that have not ended, whether queued or running: a share of the queue is fair only while what waits is bounded.
 * Requests that come at the same moment do not see each other, and may pass it by their number.
 */
import { RequestError } from '@gridmr/contracts';
import type { ApiDependencies } from './dependencies.js';

/** Throws `RequestError` `too_many_requests`. */
export async function checkClientJobs(
  { history, clientJobsMax }: Pick<ApiDependencies, 'history' | 'clientJobsMax'>,
  clientId: string,
): Promise<void> {
  const unfinished = await history.countUnfinishedJobs(clientId, clientJobsMax);
  if (unfinished < clientJobsMax) return;
  throw new RequestError(
    'too_many_requests',
    `Client ${clientId} has ${unfinished} jobs that are queued or running, and this server allows ${clientJobsMax}; wait until one of them has ended, or cancel one`,
  );
}
