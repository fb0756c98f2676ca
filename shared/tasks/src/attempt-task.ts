/** One task of a plan, as a task thread is given it: with a name for its output that no other attempt has or will have. */
import { jobFiles, type Plan, randomToken, type Split, type TaskKind, taskId } from '@gridmr/contracts';
import type { MapTask, ReduceTask } from './attempt-request.js';

const attemptTokenLength = 6;

/**
 * @param splitOf asked for the split of a map task
 * @param withdrawn names of the commit records that do not count any more
 */
export async function attemptTask(
  plan: Plan,
  kind: TaskKind,
  index: number,
  attempt: number,
  splitOf: (index: number) => Promise<Split>,
  withdrawn: readonly string[] = [],
): Promise<MapTask | ReduceTask> {
  const extension = kind === 'reduce' || plan.reduce_tasks === 0 ? 'part' : 'segment';
  const name = `a${attempt}-${randomToken(attemptTokenLength)}`;
  const outputPath = jobFiles.attemptOutput(plan.job_id, kind, index, name, extension);
  const one = { taskId: taskId(plan.job_id, kind, index), index, outputPath };
  return kind === 'map'
    ? {
        ...one,
        kind,
        split: await splitOf(index),
        reducers: plan.reduce_tasks,
        deadLettersPath: jobFiles.deadLetterFile(plan.job_id, index, name),
      }
    : { ...one, kind, plan, withdrawn };
}
