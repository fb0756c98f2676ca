/**
 * After the verdict: takes the job's messages out of the queue, then removes its intermediates, and the output of a job that did
 * not complete. It asks to be run again while an attempt is still at work, since that one would write behind our back.
 */
import { type Plan, queueLimits, type Verdict } from '@gridmr/contracts';
import type { Queue } from 'bullmq';
import { releaseOutput } from './claim-output.js';
import { keepDeadLetters } from './keep-dead-letters.js';
import { removeOutput } from './remove-output.js';
import type { StepTools } from './step-tools.js';
import { unqueueJob } from './unqueue-job.js';

/** `again`: attempts of the job are still running; come back a moment later. */
export type CleanUpOutcome = 'done' | 'again';

export async function cleanUpJob(tools: StepTools, jobId: string): Promise<CleanUpOutcome> {
  const verdict = await tools.jobs.readVerdict(jobId);
  if (verdict === undefined) return 'done';
  const asked = await tools.known.asked(jobId);
  const plan = await tools.jobs.readPlan(jobId);
  if (plan !== undefined && mustUnqueue(plan, verdict)) {
    await unqueueJob(tools, plan);
    if (await isAtWork(tools.queues.tasks, jobId)) return 'again';
  }
  // Without a plan the job never had the path, and what stands there is somebody else's.
  if (verdict.status !== 'completed' && plan !== undefined) await removeOutput(tools.store, asked);
  await releaseOutput(tools.store, asked);
  await keepDeadLetters(tools, jobId);
  await tools.jobs.removeIntermediates(jobId);
  return 'done';
}

/** The messages of a small completed job stay for a day, for whoever looks at the queues; a big one's would fill Redis. */
function mustUnqueue(plan: Plan, verdict: Verdict): boolean {
  return verdict.status !== 'completed' || plan.map_tasks + plan.reduce_tasks > queueLimits.childrenPerBarrierMax;
}

/** Whether a worker has a message of the job: the only kind that cannot be removed. */
async function isAtWork(tasks: Queue, jobId: string): Promise<boolean> {
  const messages = await tasks.getActive();
  return messages.some(message => message?.data.job_id === jobId);
}
