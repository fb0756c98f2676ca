/**
 * Takes the messages of a job out of the queue, whatever state they are in; but not those that a worker has in hand.
 *
 * Messages are removed by their known ids, a few hundred at a time: BullMQ's own removal of a whole flow is one script
 * that blocks Redis for as long as the flow is big. The barriers go first: a barrier whose last child is removed would run.
 */
import {
  firstTaskOf,
  groupCount,
  inPieces,
  messageIds,
  type Plan,
  queueLimits,
  type TaskKind,
  taskId,
} from '@gridmr/contracts';
import type { Queues } from '@gridmr/runtime';
import { type Bundle, bundleTasks, tasksPerMessage } from './bundle-tasks.js';
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

async function unqueueStage(queues: Queues, plan: Plan, kind: TaskKind): Promise<boolean> {
  const { job_id } = plan;
  let areGone = true;
  const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
  const perMessage = kind === 'map' ? tasksPerMessage(plan) : 1;
  await queues.hold.remove(messageIds.hold(job_id, kind));
  for (let group = 0; group < groupCount(tasks); group++) {
    if (tasks > queueLimits.childrenPerBarrierMax) {
      const id = messageIds.group(job_id, kind, group);
      if ((await queues.control.remove(id, { removeChildren: false })) === 0) areGone = false;
    }
    const end = Math.min(firstTaskOf(group + 1), tasks);
    const bundles = bundleTasks(firstTaskOf(group), end, perMessage, () => false);
    const atOnce = Math.ceil(queueLimits.removalsPerPipeline / perMessage);
    for (const some of inPieces(bundles, atOnce)) {
      const removed = await Promise.all(some.map(bundle => unqueueBundle(queues, job_id, kind, bundle)));
      if (removed.includes(false)) areGone = false;
    }
  }
  return areGone;
}

/** Most tasks of a bundle never had a message, and to find that out of all of them at once costs a fraction of removing each. */
async function unqueueBundle(queues: Queues, jobId: string, kind: TaskKind, bundle: Bundle): Promise<boolean> {
  const [first = '', ...others] = bundle.tasks.map(index => taskId(jobId, kind, index));
  const ids = (await queues.anyTask(others)) ? [first, ...others] : [first];
  const removed = await Promise.all(ids.map(id => queues.tasks.remove(id)));
  return !removed.includes(0);
}
