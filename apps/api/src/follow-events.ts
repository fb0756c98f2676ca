/** Turns news from workers into job records: the API alone writes these. News that come twice or late change nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import { apiLimits, type JobEvent, parseRunId, type Verdict } from '@gridmr/contracts';
import type { EventHandler } from '@gridmr/runtime';
import type { ApiDependencies } from './dependencies.js';

type FollowDependencies = Pick<ApiDependencies, 'history' | 'jobStore' | 'logger'>;

/**
 * A handler of batches of events, in order. It throws if the database or the shared directory do not answer, and is
 * then to be called again with the same events.
 */
export function followEvents(dependencies: FollowDependencies): EventHandler {
  return async events => {
    const { history, jobStore, logger } = dependencies;
    const finished = events.filter(event => event.type === 'finished');
    // Those that cannot be read now are met below, after the news are recorded.
    const looks = await Promise.allSettled(finished.map(({ job_id }) => jobStore.readVerdict(job_id)));
    const verdicts = looks.map(look => (look.status === 'fulfilled' ? look.value : undefined));
    const ended = await history.recordEvents(
      events,
      verdicts.filter(verdict => verdict !== undefined),
    );
    for (const [i, event] of finished.entries()) {
      const verdict = verdicts[i];
      if (verdict === undefined) await finishLate(dependencies, event);
      else if (ended.includes(parseRunId(event.job_id).jobId)) noteEnd(logger, verdict);
    }
  };
}

/** A verdict that this machine does not show yet. */
async function finishLate({ history, jobStore, logger }: FollowDependencies, event: JobEvent): Promise<void> {
  const verdict = await awaitVerdict(() => jobStore.readVerdict(event.job_id));
  if (verdict === undefined) {
    logger.warn('news said that a job has finished, but it has no verdict', { job_id: event.job_id });
    return;
  }
  if (await history.finishJob(verdict)) noteEnd(logger, verdict);
}

function noteEnd(logger: FollowDependencies['logger'], { job_id, status }: Verdict): void {
  logger.info('a job has finished', { job_id, status });
}

async function awaitVerdict(read: () => Promise<Verdict | undefined>): Promise<Verdict | undefined> {
  const deadlineMs = Date.now() + apiLimits.verdictWaitMs;
  for (;;) {
    const verdict = await read();
    if (verdict !== undefined || Date.now() > deadlineMs) return verdict;
    await delay(apiLimits.verdictPollMs);
  }
}
