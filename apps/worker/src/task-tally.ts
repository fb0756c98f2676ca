/** How many tasks this worker is at, has completed, and has failed since it started. */
import { DelayedError } from 'bullmq';
import { JobEndedError } from './attempts/stop-reason.js';

export class TaskTally {
  active = 0;
  completed = 0;
  failed = 0;
  /** Threads of user code that had to be terminated. */
  sandboxRestarts: () => number = () => 0;

  /** What was told to stop, or had nothing left to do, has neither completed nor failed. */
  async during<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    this.active++;
    try {
      const result = await work();
      if (!signal.aborted) this.completed++;
      return result;
    } catch (error) {
      if (!signal.aborted && !(error instanceof DelayedError) && !(error instanceof JobEndedError)) this.failed++;
      throw error;
    } finally {
      this.active--;
    }
  }
}
