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
