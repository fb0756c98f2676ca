/**
 * Takes the messages of a job out of the queue, whatever state they are in; but not those that a worker has in hand.
 *
 * Messages are removed by their known ids, a few hundred at a time: BullMQ's own removal of a whole flow is one script
 * that blocks Redis for as long as the flow is big. The barriers go first: a barrier whose last child is removed would run.
 */
import { firstTaskOf, groupCount, messageIds, type Plan, queueLimits, type TaskKind, taskId } from '@gridmr/contracts';
import type { StepTools } from './step-tools.js';

/** Returns whether all of them are gone. */
export async function unqueueJob({ queues }: Pick<StepTools, 'queues'>, plan: Plan): Promise<boolean> {
  let barriers = true;
  for (const id of [messageIds.mapBarrier(plan.job_id), messageIds.commit(plan.job_id)]) {
    if ((await queues.control.remove(id, { removeChildren: false })) === 0) barriers = false;
  }
  const map = await unqueueStage(queues, plan, 'map');
  const reduce = await unqueueStage(queues, plan, 'reduce');
  return barriers && map && reduce;
}

/** Most tasks of a bundle have no message, which is as well. */
async function unqueueStage(queues: StepTools['queues'], plan: Plan, kind: TaskKind): Promise<boolean> {
  const { job_id } = plan;
  let areGone = true;
  const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
  await queues.hold.remove(messageIds.hold(job_id, kind));
  for (let group = 0; group < groupCount(tasks); group++) {
    if (tasks > queueLimits.childrenPerBarrierMax) {
      const id = messageIds.group(job_id, kind, group);
      if ((await queues.control.remove(id, { removeChildren: false })) === 0) areGone = false;
    }
    const end = Math.min(firstTaskOf(group + 1), tasks);
    for (let first = firstTaskOf(group); first < end; first += queueLimits.removalsPerPipeline) {
      const last = Math.min(first + queueLimits.removalsPerPipeline, end);
      const ids = Array.from({ length: last - first }, (_, i) => taskId(job_id, kind, first + i));
      const removed = await Promise.all(ids.map(id => queues.tasks.remove(id)));
      if (removed.includes(0)) areGone = false;
    }
  }
  return areGone;
}
