/**
 * One job of the sweep: compares what is asked, done and queued, and queues again what is missing.
 *
 * ```
 * a verdict stands      → record it, and have the job cleaned up; at the second look, since news of it mostly are on their way
 * its messages are gone → write job.json again if need be, and plan the job, or mend it if it has a plan
 * they stand still      → the same, at the second look, since looking at several messages gives no snapshot
 * they go on            → nothing, but for news that stand still
 * ```
 */
import { parseRunId, type Verdict } from '@gridmr/contracts';
import { queueJob } from '../queue-job.js';
import { catchUp } from './catch-up.js';
import type { NewsWatch } from './news-watch.js';
import type { SweepDependencies } from './sweep-dependencies.js';

/** What one pass of the sweep hands on to the next. */
export interface SweepMemory {
  /** Jobs that the pass before found ended or stuck. */
  readonly suspects: Map<string, 'ended' | 'stuck'>;
  readonly news: NewsWatch;
}

/** Returns whether the job had to be queued again. Repeating it is harmless. */
export async function sweepJob(dependencies: SweepDependencies, memory: SweepMemory, jobId: string): Promise<boolean> {
  const { jobStore, queue } = dependencies;
  const suspected = memory.suspects.get(jobId);
  memory.suspects.delete(jobId);
  const verdict = await jobStore.readVerdict(jobId);
  if (verdict !== undefined) {
    if (suspected === 'ended') await recordEnd(dependencies, memory, verdict);
    else memory.suspects.set(jobId, 'ended');
    return false;
  }
  const state = await queue.inspectFlow(jobId);
  if (state === 'vanished' || (state === 'stuck' && suspected === 'stuck')) {
    return putBackToWork(dependencies, jobId, state);
  }
  if (state === 'stuck') memory.suspects.set(jobId, 'stuck');
  else await memory.news.look(dependencies, jobId);
  return false;
}

async function recordEnd(dependencies: SweepDependencies, memory: SweepMemory, verdict: Verdict): Promise<void> {
  memory.news.forget(verdict.job_id);
  await catchUp(dependencies, verdict.job_id);
  await dependencies.history.finishJob(verdict);
  await dependencies.queue.addCleanUp(verdict.job_id);
}

async function putBackToWork(
  dependencies: SweepDependencies,
  jobId: string,
  state: 'stuck' | 'vanished',
): Promise<boolean> {
  const { history, jobStore, queue, logger } = dependencies;
  const asked = (await jobStore.readAsked(jobId)) ?? (await history.askedJob(parseRunId(jobId).jobId));
  // It may have ended since it was looked at, and have been cleaned up.
  if (asked === undefined || (await jobStore.readVerdict(jobId)) !== undefined) return false;
  if (state === 'vanished' && (await jobStore.readPlan(jobId)) === undefined) {
    await queueJob(dependencies, asked);
    return true;
  }
  await jobStore.writeAsked(asked);
  await catchUp(dependencies, jobId);
  await queue.addMend(jobId, await history.highestAttempt(jobId));
  logger.warn('a job does not go on by itself and is queued again', {
    job_id: jobId,
    trace_id: asked.trace_id,
    messages: state,
  });
  return true;
}
