/**
 * Which tasks at work are stragglers. The rule, with the limits that `speculationLimits` names:
 *
 * - at least half of the phase's tasks are completed, and nothing waits in the queue;
 * - the task is at work for a second or more, and for 1.5 times the median of what its completed siblings took;
 * - it stands by itself in its message, is not speculative, and has no speculative attempt at work.
 *
 * Asked from the cheapest to the dearest, each of the rest only: a job whose tasks take no time costs one statement.
 */
import { messageIds, speculationLimits, taskId } from '@gridmr/contracts';
import type { ApiDependencies } from '../dependencies.js';
import type { TaskAtWork } from './task-messages.js';

export interface Straggler extends TaskAtWork {
  /** How many tasks its phase has. */
  readonly siblings: number;
}

type Phases = Awaited<ReturnType<ApiDependencies['history']['phasesNearEnd']>>;

/** The oldest first. */
export async function findStragglers(
  { history }: Pick<ApiDependencies, 'history'>,
  phases: Phases,
  atWork: readonly TaskAtWork[],
): Promise<Straggler[]> {
  const ids = new Set(atWork.map(({ messageId }) => messageId));
  const found: Straggler[] = [];
  for (const { jobId, kind, tasks } of phases) {
    const old = atWork.filter(({ task, ageMs }) => {
      const { job_id, more, speculative } = task;
      const isOne = job_id === jobId && task.kind === kind && more === undefined && speculative === undefined;
      return isOne && ageMs >= speculationLimits.ageMsMin && !ids.has(messageIds.speculative(idOf(task)));
    });
    if (old.length === 0) continue;
    const medianMs = await history.medianAttemptMs(jobId, kind, speculationLimits.siblingsMax);
    if (medianMs === undefined) continue;
    const slow = old.filter(({ ageMs }) => ageMs >= medianMs * speculationLimits.medianTimes);
    found.push(...slow.map(each => ({ ...each, siblings: tasks })));
  }
  return found.sort((a, b) => b.ageMs - a.ageMs);
}

function idOf({ job_id, kind, index }: TaskAtWork['task']): string {
  return taskId(job_id, kind, index);
}
