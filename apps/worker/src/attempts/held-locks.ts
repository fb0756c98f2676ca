import { HeldLock } from '@gridmr/tasks';
import type { Job } from 'bullmq';

/** The locks of all messages that this worker is at. */
export class HeldLocks {
  readonly #lockMs: number;
  readonly #locks = new Map<string, HeldLock>();

  constructor(lockMs: number) {
    this.#lockMs = lockMs;
  }

  /** The queue gives the lock after `processedOn`, which is this process's own time. */
  async during<Result>(
    { id = '', processedOn = 0 }: Pick<Job, 'id' | 'processedOn'>,
    work: (lock: HeldLock) => Promise<Result>,
  ): Promise<Result> {
    const lock = new HeldLock();
    lock.renew(processedOn + this.#lockMs);
    this.#locks.set(id, lock);
    try {
      return await work(lock);
    } finally {
      this.#locks.delete(id);
    }
  }

  renewed(messageId: string, untilMs: number): void {
    this.#locks.get(messageId)?.renew(untilMs);
  }
}
