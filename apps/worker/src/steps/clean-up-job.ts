/**
 * After the verdict: takes the job's messages out of the queue, then removes its intermediates, and the output of a job that did
 * not complete. Of such a job the committed tasks and the plan stay for a while, for a retry to go on from; when that time is over, the sweep
 * asks for a clean-up again that leaves nothing. It asks to be run again while an attempt is still at work, since that one would write behind our back.
 */
import { type Plan, queueLimits, type Verdict } from '@gridmr/contracts';
import { removeUncommitted } from '@gridmr/storage';
import { releaseOutput } from './claim-output.js';
import { keepDeadLetters } from './keep-dead-letters.js';
import { removeOutput } from './remove-output.js';
import type { StepTools } from './step-tools.js';
import { unqueueJob } from './unqueue-job.js';

/** `again`: attempts of the job are still running; come back a moment later. */
export type CleanUpOutcome = 'done' | 'again';

/** @param expired whether a retry has nothing to go on from any more */
export async function cleanUpJob(tools: StepTools, jobId: string, expired = false): Promise<CleanUpOutcome> {
  const verdict = await tools.jobs.readVerdict(jobId, { isAwaited: true });
  if (verdict === undefined) return 'done';
  const asked = await tools.known.asked(jobId);
  const plan = await tools.jobs.readPlan(jobId);
  // The plan step may be about to make one.
  if (plan === undefined && (await isAtWork(tools, jobId))) return 'again';
  if (plan !== undefined && mustUnqueue(plan, verdict)) {
    const areGone = await unqueueJob(tools, plan);
    if (!areGone || (await isAtWork(tools, jobId))) return 'again';
  }
  // Without a plan the job never had the path, and what stands there is somebody else's.
  if (verdict.status !== 'completed' && plan !== undefined) await removeOutput(tools, asked);
  if (expired || verdict.status === 'completed') {
    await keepDeadLetters(tools, jobId);
    await tools.jobs.removeIntermediates(jobId);
  } else {
    await removeUncommitted(tools.jobs, jobId);
  }
  // Last: a claim that stands says to the sweep that there is something left to do.
  await releaseOutput(tools.store, asked);
  return 'done';
}

/** The messages of a small completed job stay for a day, for whoever looks at the queues; a big one's would fill Redis. */
function mustUnqueue(plan: Plan, verdict: Verdict): boolean {
  return verdict.status !== 'completed' || plan.map_tasks + plan.reduce_tasks > queueLimits.childrenPerBarrierMax;
}

/** Whether a worker has a message of the job: the only kind that cannot be removed. A step at work may add others. */
async function isAtWork({ queues }: StepTools, jobId: string): Promise<boolean> {
  const [tasks, steps] = await Promise.all([queues.tasks.getActive(), queues.control.getActive()]);
  const others = steps.filter(step => step?.name !== 'clean-up');
  return [...tasks, ...others].some(message => message?.data.job_id === jobId);
}
