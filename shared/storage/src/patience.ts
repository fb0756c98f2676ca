/**
 * Trying again what the storage refuses for now: a full disk, a server that does not answer, a handle gone stale, a data directory that is not mounted.
 *
 * Algorithm: the pauses double from `retryFirstMs` to `retryMostMs`, until the whole operation has taken `ms`; then its last error is the caller's. What
 * is no passing fault (a name that is missing, no permission) is thrown at once. Whoever holds a lock meanwhile goes on renewing it: a
 * thread that waits here is ended from outside when its lock is lost.
 *
 * An operation that is given here may be made twice, although it said that it had failed: over a network an answer may be lost after the work was done.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { storageLimits } from '@gridmr/contracts';
import { isPassing } from './passing-faults.js';

export interface PatienceOptions {
  /** How long one operation may take with all its repetitions. 0: it is made once. */
  readonly ms: number;
  /** For a thread that has nothing else to do, which may sleep. */
  readonly mayBlock: boolean;
}

export class Patience {
  readonly ms: number;
  readonly #mayBlock: boolean;

  constructor({ ms, mayBlock }: PatienceOptions) {
    this.ms = ms;
    this.#mayBlock = mayBlock;
  }

  async run<Result>(operation: () => Promise<Result> | Result): Promise<Result> {
    const pauses = new Pauses(this.ms);
    for (;;) {
      try {
        return await operation();
      } catch (error) {
        await delay(pauses.next(error));
      }
    }
  }

  /** The same for calls that cannot be awaited. Where nobody may sleep, the operation is made once: whoever called tries the whole again. */
  runSync<Result>(operation: () => Result): Result {
    if (!this.#mayBlock) return operation();
    const pauses = new Pauses(this.ms);
    for (;;) {
      try {
        return operation();
      } catch (error) {
        sleep(pauses.next(error));
      }
    }
  }
}

class Pauses {
  readonly #endMs: number;
  #pauseMs: number = storageLimits.retryFirstMs;

  constructor(ms: number) {
    this.#endMs = performance.now() + ms;
  }

  /** How long to wait after `error`; throws it if there is no use in waiting. */
  next(error: unknown): number {
    const leftMs = this.#endMs - performance.now();
    if (leftMs <= 0 || !isPassing(error)) throw error;
    const pauseMs = Math.min(this.#pauseMs, leftMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, storageLimits.retryMostMs);
    return pauseMs;
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Until the time is over: nobody ever wakes it. */
function sleep(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}
