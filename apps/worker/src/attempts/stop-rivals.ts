/**
 * The task of a message is committed: whoever else is at it may stop, and its barrier need not wait for that.
 *
 * A straggler and its speculative attempt have a message each, of which only the straggler's hangs below the barrier. If the speculative attempt was
 * first, the straggler's message is taken from below the barrier at once: its worker may be frozen, and would keep it until the lock is
 * over. In either case the other message's worker is told to stop. Should this be lost on the way (a crash, Redis away), the other worker finds the commit
 * record within a second (`running-tasks.ts`), or loses its lock.
 */
import { messageIds, speculationLimits, type TaskData, taskId } from '@gridmr/contracts';
import type { Job } from 'bullmq';
import type { StepTools } from '../steps/step-tools.js';

type Tools = Pick<StepTools, 'queues' | 'announceOvertaken' | 'logger'>;

/** Never throws. */
export async function stopRivals(tools: Tools, message: Job<TaskData>): Promise<void> {
  const { job_id, kind, index, speculative } = message.data;
  const task_id = taskId(job_id, kind, index);
  try {
    if (speculative === undefined) {
      if (mayHaveRival(message)) await tools.announceOvertaken(messageIds.speculative(task_id));
    } else {
      await tools.announceOvertaken(speculative.straggler);
      await freeBarrier(tools, message.data, speculative.straggler);
    }
  } catch (error) {
    tools.logger.warn('a task is committed, but its other attempt could not be told', { job_id, task_id, error });
  }
}

/** None is begun beside an attempt that is soon over. */
function mayHaveRival({ processedOn = 0 }: Job<TaskData>): boolean {
  return Date.now() - processedOn >= speculationLimits.ageMsMin;
}

/** A message that stands for more tasks, or has come to stand for another, keeps its place. */
async function freeBarrier({ queues }: Tools, task: TaskData, messageId: string): Promise<void> {
  const straggler = await queues.tasks.getJob(messageId);
  if (straggler?.parentKey === undefined) return;
  const { job_id, kind, index, more } = straggler.data;
  const isSame = job_id === task.job_id && kind === task.kind && index === task.index && more === undefined;
  if (isSame) await straggler.removeChildDependency();
}
