/**
 * Cancels a job by ending it: the first verdict on the shared directory wins, be it this one or that of the commit
 * step. The rest (stopping attempts, removing intermediates, the record) follows from the verdict and may be repeated.
 */
import { type Job, type JobStatusView, RequestError, type Verdict } from '@gridmr/contracts';
import type { ApiDependencies } from './dependencies.js';

/** Idempotent. Throws `RequestError` `not_found`, or `already_finished` for a job that ended otherwise. */
export async function cancelJob(dependencies: ApiDependencies, jobId: string): Promise<JobStatusView> {
  const job = await dependencies.history.findJob(jobId);
  if (job === undefined) throw noSuchJob(jobId);
  if (job.status === 'completed' || job.status === 'failed') throw alreadyFinished(jobId, job.status);
  const runId = await dependencies.history.currentRun(jobId);
  if (runId === undefined) throw noSuchJob(jobId);
  if (job.status !== 'cancelled') await endJob(dependencies, job, runId);
  await stopAttempts(dependencies, runId);
  return statusOf(dependencies, jobId);
}

/** Commits the verdict and records whichever stands. Throws `already_finished` if another than this one does. */
async function endJob({ history, jobStore }: ApiDependencies, job: Job, runId: string): Promise<void> {
  const cancelled: Verdict = {
    job_id: runId,
    status: 'cancelled',
    finished_at: new Date().toISOString(),
    error: null,
    output: null,
    counters: job.counters,
  };
  const verdict = await jobStore.commitVerdict(cancelled);
  await history.finishJob(verdict);
  if (verdict.status !== 'cancelled') throw alreadyFinished(job.job_id, verdict.status);
}

/** The verdict stands whether or not Redis hears of it: every step looks at it before it does anything. */
async function stopAttempts({ queue, logger, requestSweep }: ApiDependencies, jobId: string): Promise<void> {
  try {
    await queue.announceEnded(jobId);
    await queue.addCleanUp(jobId);
  } catch (error) {
    logger.warn('a job is cancelled, but workers could not be told', { job_id: jobId, error });
    requestSweep();
  }
}

async function statusOf({ history }: ApiDependencies, jobId: string): Promise<JobStatusView> {
  const status = await history.findStatus(jobId);
  if (status === undefined) throw noSuchJob(jobId);
  return status;
}

export function noSuchJob(jobId: string): RequestError {
  return new RequestError('not_found', `There is no job ${jobId}`, { job_id: jobId });
}

function alreadyFinished(jobId: string, status: string): RequestError {
  return new RequestError('already_finished', `The job has already ${status}; it cannot be cancelled`, {
    job_id: jobId,
  });
}
