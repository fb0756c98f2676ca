/**
 * A look that many requests would take at the same thing, and that costs more than the requests themselves: those that come at once share one, and one that
 * found everything well is good for a moment. What was found wrong is looked at anew each time, so that nobody is turned away for what has been mended.
 */
import { apiLimits } from '@gridmr/contracts';
import type { BlobStore } from '@gridmr/storage';
import type { JobQueue } from './job-queue.js';

export class RecentCheck {
  readonly #look: () => Promise<unknown>;
  readonly #freshMs: number;
  readonly #mayBelieve: () => boolean;
  #going: Promise<unknown> | undefined;
  #wellAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param look throws what is wrong
   * @param mayBelieve whether nothing that is known without a look speaks against the last one
   */
  constructor(look: () => Promise<unknown>, freshMs: number, mayBelieve = () => true) {
    this.#look = look;
    this.#freshMs = freshMs;
    this.#mayBelieve = mayBelieve;
  }

  /** Throws what the look did. */
  async check(): Promise<void> {
    if (performance.now() - this.#wellAtMs < this.#freshMs && this.#mayBelieve()) return;
    this.#going ??= this.#lookOnce();
    await this.#going;
  }

  async #lookOnce(): Promise<void> {
    // What changes while it is looked at may have been missed.
    const begunMs = performance.now();
    try {
      await this.#look();
      this.#wellAtMs = begunMs;
    } finally {
      this.#going = undefined;
    }
  }
}

/** Whether Redis and the data directory take what a new job needs. A connection that breaks is noticed without a look. */
export function newJobCheck(
  queue: Pick<JobQueue, 'check' | 'isConnected'>,
  store: Pick<BlobStore, 'checkWritable'>,
): RecentCheck {
  const look = () => Promise.all([queue.check(), store.checkWritable()]);
  return new RecentCheck(look, apiLimits.recentCheckMs, () => queue.isConnected);
}
