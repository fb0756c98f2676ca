/** Deletes a finished job. Once its record is gone the job is, and whatever fails later the sweep makes up for. */
import { RequestError } from '@gridmr/contracts';
import { noSuchJob } from './cancel-job.js';
import type { ApiDependencies } from './dependencies.js';
import { removeDeleted } from './remove-deleted.js';

/** Throws `RequestError` `not_found`, or `not_finished` for a job that still runs. */
export async function deleteJob(dependencies: ApiDependencies, jobId: string): Promise<void> {
  const { history, jobStore, logger } = dependencies;
  const runId = await history.currentRun(jobId);
  const verdict = runId && (await jobStore.readVerdict(runId));
  // News of it may be on their way.
  if (verdict) await history.finishJob(verdict);
  const deletion = await history.deleteJob(jobId, true);
  if (deletion === undefined) throw noSuchJob(jobId);
  if (deletion === false) {
    const detail = 'The job has not finished: cancel it first';
    throw new RequestError('not_finished', detail, { job_id: jobId });
  }
  try {
    await removeDeleted(dependencies, deletion);
  } catch (error) {
    logger.warn('a job is deleted, and not all of its files are removed yet; they will be', { job_id: jobId, error });
    dependencies.requestSweep();
  }
}
