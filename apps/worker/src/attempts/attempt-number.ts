/** The number of the attempt that a message starts: no other attempt of its task has it, whatever became of earlier messages. */
import type { TaskData } from '@gridmr/contracts';
import type { Job } from 'bullmq';

export function attemptNumber(message: Pick<Job, 'attemptsStarted'>, task: TaskData): number {
  return message.attemptsStarted + (task.attempts_before ?? 0);
}
