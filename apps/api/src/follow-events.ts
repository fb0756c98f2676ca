/** Turns news from workers into job records: the API alone writes these. News that come twice or late change nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import { apiLimits, type JobEvent, type Verdict } from '@gridmr/contracts';
import type { EventHandler } from '@gridmr/runtime';
import type { ApiDependencies } from './dependencies.js';

type FollowDependencies = Pick<ApiDependencies, 'history' | 'jobStore' | 'logger'>;

/**
 * A handler of batches of events, in order. It throws if the database or the shared directory do not answer, and is
 * then to be called again with the same events.
 */
export function followEvents(dependencies: FollowDependencies): EventHandler {
  return async events => {
    const finished = events.filter(event => event.type === 'finished');
    const verdicts = finished.map(event => awaitVerdict(() => dependencies.jobStore.readVerdict(event.job_id)));
    // Their failures are met below, after the news are recorded.
    for (const verdict of verdicts) verdict.catch(() => undefined);
    await dependencies.history.recordEvents(events);
    for (const [i, event] of finished.entries()) await finish(dependencies, event, await verdicts[i]);
  };
}

async function finish(
  { history, logger }: FollowDependencies,
  event: JobEvent,
  verdict: Verdict | undefined,
): Promise<void> {
  if (verdict === undefined) {
    logger.warn('news said that a job has finished, but it has no verdict', { job_id: event.job_id });
    return;
  }
  if (await history.finishJob(verdict)) {
    logger.info('a job has finished', { job_id: event.job_id, status: verdict.status });
  }
}

async function awaitVerdict(read: () => Promise<Verdict | undefined>): Promise<Verdict | undefined> {
  const deadlineMs = Date.now() + apiLimits.verdictWaitMs;
  for (;;) {
    const verdict = await read();
    if (verdict !== undefined || Date.now() > deadlineMs) return verdict;
    await delay(apiLimits.verdictPollMs);
  }
}
