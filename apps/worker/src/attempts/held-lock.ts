/**
 * Until when this worker certainly has the lock of a message, in memory that its task thread can read.
 *
 * A process may be stopped for longer than its lock (a signal, a paused container, a swapped-out machine) and go on. By then the
 * queue has given the task to another worker. The main thread learns it when it next renews its locks, and then ends the task thread. Until
 * then the thread finds here that it cannot be sure, and waits with its commit: either the lock is renewed, or the thread is ended.
 *
 * The end of a lock counts from before it was asked for, by the wall clock, which runs on while a process stands still.
 * Should it be stopped between its look and the commit, the first-wins commit record decides, as between any two attempts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { queueLimits } from '@gridmr/contracts';
import type { Job } from 'bullmq';

export class HeldLock {
  /** What the thread is given, to make a lock of its own of. */
  readonly shared: SharedArrayBuffer;
  readonly #untilMs: BigInt64Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#untilMs = new BigInt64Array(shared);
  }

  /** @param untilMs milliseconds since 1970 */
  renew(untilMs: number): void {
    Atomics.store(this.#untilMs, 0, BigInt(Math.floor(untilMs)));
  }

  get isSure(): boolean {
    return Date.now() < Number(Atomics.load(this.#untilMs, 0));
  }

  /** For the task thread, which is ended meanwhile if the lock is lost. */
  async untilSure(): Promise<void> {
    while (!this.isSure) await delay(queueLimits.lockLookMs);
  }
}

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
