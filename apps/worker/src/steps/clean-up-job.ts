/**
 * After the verdict: takes the job's messages out of the queue, then removes its intermediates, and the output of a job that did
 * not complete. It asks to be run again while an attempt is still at work, since that one would write behind our back.
 *
 * Messages are removed by their known ids, a few hundred at a time: BullMQ's own removal of a whole flow is one script
 * that blocks Redis for as long as the flow is big. The barrier goes first: a barrier whose last child is removed would run.
 */
import {
  firstTaskOf,
  groupCount,
  messageIds,
  type Plan,
  queueLimits,
  type TaskKind,
  taskId,
  type Verdict,
} from '@gridmr/contracts';
import type { Queue } from 'bullmq';
import { releaseOutput } from './claim-output.js';
import { removeOutput } from './remove-output.js';
import type { StepTools } from './step-tools.js';

/** `again`: attempts of the job are still running; come back a moment later. */
export type CleanUpOutcome = 'done' | 'again';

export async function cleanUpJob(tools: StepTools, jobId: string): Promise<CleanUpOutcome> {
  const verdict = await tools.jobs.readVerdict(jobId);
  if (verdict === undefined) return 'done';
  const asked = await tools.known.asked(jobId);
  const plan = await tools.jobs.readPlan(jobId);
  if (plan !== undefined && mustUnqueue(plan, verdict)) {
    for (const kind of ['map', 'reduce'] as const) await unqueueStage(tools, plan, kind);
    if (await isAtWork(tools.queues.tasks, jobId)) return 'again';
  }
  // Without a plan the job never had the path, and what stands there is somebody else's.
  if (verdict.status !== 'completed' && plan !== undefined) await removeOutput(tools.store, asked);
  await releaseOutput(tools.store, asked);
  await tools.jobs.removeIntermediates(jobId);
  return 'done';
}

/** The messages of a small completed job stay for a day, for whoever looks at the queues; a big one's would fill Redis. */
function mustUnqueue(plan: Plan, verdict: Verdict): boolean {
  return verdict.status !== 'completed' || plan.map_tasks + plan.reduce_tasks > queueLimits.childrenPerBarrierMax;
}

/** Removes what no worker has. Most tasks of a bundle have no message, which is as well. */
async function unqueueStage({ queues }: StepTools, plan: Plan, kind: TaskKind): Promise<void> {
  const { job_id } = plan;
  const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
  const barriers = kind === 'map' ? [messageIds.mapBarrier(job_id), messageIds.commit(job_id)] : [];
  for (const id of barriers) await queues.control.remove(id, { removeChildren: false });
  await queues.hold.remove(messageIds.hold(job_id, kind));
  for (let group = 0; group < groupCount(tasks); group++) {
    if (tasks > queueLimits.childrenPerBarrierMax) {
      await queues.control.remove(messageIds.group(job_id, kind, group), { removeChildren: false });
    }
    const end = Math.min(firstTaskOf(group + 1), tasks);
    for (let first = firstTaskOf(group); first < end; first += queueLimits.removalsPerPipeline) {
      const last = Math.min(first + queueLimits.removalsPerPipeline, end);
      const ids = Array.from({ length: last - first }, (_, i) => taskId(job_id, kind, first + i));
      await Promise.all(ids.map(id => queues.tasks.remove(id)));
    }
  }
}

/** Whether a worker has a message of the job: the only kind that cannot be removed. */
async function isAtWork(tasks: Queue, jobId: string): Promise<boolean> {
  const messages = await tasks.getActive();
  return messages.some(message => message?.data.job_id === jobId);
}
