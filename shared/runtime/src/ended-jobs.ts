/**
 * Tells all workers that a job has ended before its tasks did, so that they stop its attempts. Pub/sub: who does not
 * listen at that moment misses it, and learns it from the verdict on the shared directory.
 */
import { endedChannel, endedNoticeSchema } from '@gridmr/contracts';
import type { Redis } from 'ioredis';
import type { Logger } from './logger.js';

export async function announceEnded(redis: Redis, jobId: string): Promise<void> {
  await redis.publish(endedChannel, JSON.stringify({ job_id: jobId }));
}

/** Over a connection with the role `subscriber`, which its owner ends. */
export class EndedJobsListener implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #onEnded: (jobId: string) => void;
  readonly #logger: Logger;

  constructor(redis: Redis, onEnded: (jobId: string) => void, logger: Logger) {
    this.#redis = redis;
    this.#onEnded = onEnded;
    this.#logger = logger;
  }

  /** Returns when notices arrive from now on. After a reconnect they do so again by themselves. */
  async start(): Promise<void> {
    this.#redis.on('message', this.#receive);
    await this.#redis.subscribe(endedChannel);
  }

  async stop(): Promise<void> {
    this.#redis.off('message', this.#receive);
    if (this.#redis.status === 'ready') await this.#redis.unsubscribe(endedChannel);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  readonly #receive = (channel: string, text: string): void => {
    if (channel !== endedChannel) return;
    try {
      this.#onEnded(endedNoticeSchema.parse(JSON.parse(text)).job_id);
    } catch (error) {
      this.#logger.warn('a notice of an ended job could not be taken', { error });
    }
  };
}
