/**
 * A message that kills its worker would kill one after the other. The queue counts how often the worker of a message was lost,
 * and beyond a bound the job ends: this is never held against `max_attempts`, which counts failures of the task itself.
 */
import { type JobError, queueLimits } from '@gridmr/contracts';
import type { Job } from 'bullmq';

/** Undefined unless the message has lost too many workers. `what` is its task or step, as a user knows it. */
export function tooManyLosses(message: Job, what: string): JobError | undefined {
  if (message.stalledCounter <= queueLimits.lossesMax) return undefined;
  return {
    code: 'lost_too_often',
    message:
      `${what} was given up: the worker that ran it was lost ${message.stalledCounter} times. ` +
      'Perhaps it takes more memory than a worker has: try a smaller split_size_mb, or ask whoever runs GridMR to ' +
      "look at the workers' logs",
  };
}
