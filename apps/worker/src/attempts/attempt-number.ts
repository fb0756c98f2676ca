/**
 * The number of the attempt that a message starts: no other attempt of its task has it, whatever became of earlier messages. A speculative
 * attempt was given one that its straggler's message then left out.
 */
import type { TaskData } from '@gridmr/contracts';
import type { Job } from 'bullmq';

export function attemptNumber(message: Pick<Job, 'attemptsStarted'>, task: TaskData): number {
  return task.speculative?.attempt ?? message.attemptsStarted + (task.attempts_before ?? 0);
}
