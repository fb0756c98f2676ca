/**
 * Begins a new run of a job that has failed or was cancelled. What decides is one conditional update of its record; what follows
 * (`job.json`, the plan's message) may be repeated, and the sweep does so should this process die in between.
 *
 * The run has an id, a directory, messages and a verdict of its own. Late news and workers of the run before name that one, and change nothing.
 */
import {
  type AskedJob,
  type JobStatusView,
  mayRetry,
  parseRunId,
  RequestError,
  type RetryRequest,
  requestLimits,
  runId,
} from '@gridmr/contracts';
import { noSuchJob } from './cancel-job.js';
import { checkCeilings } from './check-ceilings.js';
import type { RequestTrace } from './correlate.js';
import type { ApiDependencies } from './dependencies.js';
import { queueJob } from './queue-job.js';
import { keptStages, retriedSpec } from './retried-spec.js';
import { traceFields } from './submit-job.js';

/** Throws `RequestError`: `not_found`, `not_retryable`, and what is wrong with the request. */
export async function retryJob(
  dependencies: ApiDependencies,
  jobId: string,
  request: RetryRequest,
  trace: RequestTrace,
): Promise<JobStatusView> {
  const { history, jobStore, queue, checker, ceilings } = dependencies;
  const before = await endedRun(dependencies, jobId);
  checkCeilings(request, ceilings);
  const spec = await retriedSpec(before.spec, request, checker);
  await queue.check();
  // The next run looks there for what it may keep; a run that ended before it was queued has none yet.
  await jobStore.writeAsked(before);
  const asked = nextRun(before, spec, trace);
  if (!(await history.retryJob(asked))) throw await refusal(dependencies, jobId);
  try {
    await queueJob(dependencies, asked);
  } catch (error) {
    dependencies.logger.warn('a job is to be retried but not queued yet; it will be', { job_id: asked.job_id, error });
    dependencies.requestSweep();
  }
  return statusOf(dependencies, jobId);
}

/** What was asked of the run that has ended. News of its verdict may still be on their way. */
async function endedRun(dependencies: ApiDependencies, jobId: string): Promise<AskedJob> {
  const { history, jobStore } = dependencies;
  const asked = await history.askedJob(jobId);
  if (asked === undefined) throw noSuchJob(jobId);
  const verdict = await jobStore.readVerdict(asked.job_id);
  if (verdict !== undefined) await history.finishJob(verdict);
  const { status } = await statusOf(dependencies, jobId);
  if (!mayRetry(status)) throw await refusal(dependencies, jobId);
  return asked;
}

function nextRun(earlier: AskedJob, spec: AskedJob['spec'], trace: RequestTrace): AskedJob {
  const { trace_parent: _, ...before } = earlier;
  const { jobId, run } = parseRunId(before.job_id);
  if (run >= requestLimits.runsMax) {
    throw new RequestError('not_retryable', `The job has been retried ${run - 1} times; submit a new one`, {
      job_id: jobId,
    });
  }
  const goes_on_from = { job_id: before.job_id, ...keptStages(before.spec, spec) };
  return { ...before, ...traceFields(trace), job_id: runId(jobId, run + 1), spec, goes_on_from };
}

async function refusal(dependencies: ApiDependencies, jobId: string): Promise<RequestError> {
  const { status } = await statusOf(dependencies, jobId);
  const detail = `The job is ${status}; only a job that has failed or was cancelled can be retried`;
  return new RequestError('not_retryable', detail, { job_id: jobId });
}

async function statusOf({ history }: ApiDependencies, jobId: string): Promise<JobStatusView> {
  const status = await history.findStatus(jobId);
  if (status === undefined) throw noSuchJob(jobId);
  return status;
}
