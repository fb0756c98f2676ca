/** What follows every verdict: the API is told, attempts still running are stopped, and the queue and files are cleaned up. */
import { type JobError, messageIds, messageTrace, zeroCounters } from '@gridmr/contracts';
import { onceMoreOptions } from '@gridmr/runtime';
import type { StepTools } from './step-tools.js';

/** Ends a job that cannot go on. The first verdict stands; whether it is this one makes no difference here. */
export async function failJob(tools: StepTools, jobId: string, error: JobError): Promise<void> {
  const verdict = await tools.jobs.commitVerdict({
    job_id: jobId,
    status: 'failed',
    finished_at: new Date().toISOString(),
    error,
    output: null,
    counters: zeroCounters(),
  });
  tools.logger.info('job failed', { job_id: jobId, verdict: verdict.status, code: error.code, reason: error.message });
  await tools.announceEnded(jobId);
  await endJob(tools, jobId);
}

/** The verdict stands: spread the news, and leave the rest to the clean-up. */
export async function endJob(tools: StepTools, jobId: string): Promise<void> {
  tools.news.publish({ type: 'finished', job_id: jobId, at: new Date().toISOString() });
  const options = { ...onceMoreOptions, jobId: messageIds.cleanUp(jobId), ...messageTrace(tools.span?.traceParent) };
  await tools.queues.control.add('clean-up', { job_id: jobId }, options);
}
