/**
 * A second attempt beside its straggler would be as slow: a worker that has the straggler in hand leaves it to another one. There is such a
 * one, or the API had not queued it; but the queue cannot say whom a message is for.
 */
import { speculationLimits, type TaskData } from '@gridmr/contracts';
import { DelayedError, type Job } from 'bullmq';
import type { RunningTasks } from '../running-tasks.js';

/** Throws BullMQ's `DelayedError` if it does. */
export async function leaveToOthers(running: RunningTasks, message: Job<TaskData>, token: string): Promise<void> {
  const straggler = message.data.speculative?.straggler;
  if (straggler === undefined || !running.has(straggler)) return;
  await message.moveToDelayed(Date.now() + speculationLimits.leftToOthersMs, token);
  throw new DelayedError();
}
