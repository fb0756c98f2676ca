/**
 * What is told to all workers at once, so that they stop attempts of which nothing will come: a job has ended before its tasks did; a task was
 * committed by another attempt. Pub/sub: who does not listen at that moment misses it, and learns it from the shared directory.
 */
import { endedChannel, endedNoticeSchema, overtakenChannel, overtakenNoticeSchema } from '@gridmr/contracts';
import type { Logger } from './logger.js';
import type { RedisConnection } from './open-redis.js';

export async function announceEnded(redis: RedisConnection, jobId: string): Promise<void> {
  await redis.publish(endedChannel, JSON.stringify({ job_id: jobId }));
}

export async function announceOvertaken(redis: RedisConnection, messageId: string): Promise<void> {
  await redis.publish(overtakenChannel, JSON.stringify({ message_id: messageId }));
}

export interface NoticeHandlers {
  readonly onEnded: (jobId: string) => void;
  readonly onOvertaken: (messageId: string) => void;
}

/** Over a connection with the role `subscriber`, which its owner ends. */
export class NoticeListener implements AsyncDisposable {
  readonly #redis: RedisConnection;
  readonly #handlers: NoticeHandlers;
  readonly #logger: Logger;

  constructor(redis: RedisConnection, handlers: NoticeHandlers, logger: Logger) {
    this.#redis = redis;
    this.#handlers = handlers;
    this.#logger = logger;
  }

  /** Returns when notices arrive from now on. After a reconnect they do so again by themselves. */
  async start(): Promise<void> {
    this.#redis.on('message', this.#receive);
    await this.#redis.subscribe(endedChannel, overtakenChannel);
  }

  async stop(): Promise<void> {
    this.#redis.off('message', this.#receive);
    if (this.#redis.status === 'ready') await this.#redis.unsubscribe(endedChannel, overtakenChannel);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  readonly #receive = (channel: string, text: string): void => {
    const { onEnded, onOvertaken } = this.#handlers;
    try {
      if (channel === endedChannel) onEnded(endedNoticeSchema.parse(JSON.parse(text)).job_id);
      if (channel === overtakenChannel) onOvertaken(overtakenNoticeSchema.parse(JSON.parse(text)).message_id);
    } catch (error) {
      this.#logger.warn('a notice to all workers could not be taken', { channel, error });
    }
  };
}
