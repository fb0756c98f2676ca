/**
 * Puts a job back to work whose messages were lost or stand still, from what stands done on the shared directory.
 *
 * ```
 * 1. take away all messages of the job: what has completed or failed would keep its id from being added again
 * 2. plan it (again): the plan stands, tasks that are committed are not queued, and barriers without tasks pass at once
 * ```
 *
 * Tasks that a worker has in hand keep their messages, and hang below the new barrier as they did below the old one. A
 * barrier or final step that goes on by itself is left alone. The step may die anywhere and run again.
 */
import { messageIds } from '@gridmr/contracts';
import { endJob } from './end-job.js';
import { planJob } from './plan-job.js';
import type { StepTools } from './step-tools.js';
import { unqueueJob } from './unqueue-job.js';

const goingOn: readonly string[] = ['active', 'waiting', 'prioritized', 'delayed'];

/** @param attemptsBefore see `controlDataSchema` */
export async function mendJob(tools: StepTools, jobId: string, attemptsBefore?: number): Promise<void> {
  if ((await tools.jobs.readVerdict(jobId)) !== undefined) return endJob(tools, jobId);
  for (const id of [messageIds.mapBarrier(jobId), messageIds.commit(jobId)]) {
    if (goingOn.includes(await tools.queues.control.getJobState(id))) return;
  }
  const plan = await tools.jobs.readPlan(jobId);
  if (plan !== undefined) await unqueueJob(tools, plan);
  await planJob(tools, jobId, attemptsBefore);
  tools.logger.warn('a job whose messages were lost is back at work', { job_id: jobId });
}
