/**
 * Which tasks share a message. A message costs about as much as a task that has next to nothing to do, so a job with very many tiny splits has bundles:
 * neighbours of one group, whose attempts one worker makes one after the other. The promise is only about cost: a bundle that turns out slow gives the
 * tasks it has not begun back to the queue (`run-task.ts`), so however long a task of one line computes, others wait for it no longer than a moment.
 *
 * Everything here follows from the frozen plan, so that a flow that is added again has the same messages. Example: tasks 0 … 9 in bundles of 4, with 5
 * committed before: `[0 1 2 3] [4 6 7] [8 9]`, under the ids of 0, 4 and 8.
 */
import { dataPlaneLimits, type Plan, queueLimits } from '@gridmr/contracts';

/** How many tasks of a stage one message stands for. */
export function tasksPerMessage({ map_tasks, input }: Plan): number {
  if (map_tasks === 0 || input.bytes / map_tasks > dataPlaneLimits.smallSplitBytes) return 1;
  return Math.max(1, Math.min(queueLimits.bundledTasksMax, Math.floor(map_tasks / queueLimits.bundlesMin)));
}

export interface Bundle {
  /** Its first task, committed or not: what names it. */
  readonly first: number;
  /** Those of its tasks that are left to do. */
  readonly tasks: readonly number[];
}

/** The bundles of the tasks [from, to) of one group that have anything left to do. */
export function bundleTasks(
  from: number,
  to: number,
  perMessage: number,
  isCommitted: (index: number) => boolean,
): Bundle[] {
  const bundles: Bundle[] = [];
  for (let first = from; first < to; first += perMessage) {
    const tasks: number[] = [];
    for (let index = first; index < Math.min(first + perMessage, to); index++) {
      if (!isCommitted(index)) tasks.push(index);
    }
    if (tasks.length > 0) bundles.push({ first, tasks });
  }
  return bundles;
}
