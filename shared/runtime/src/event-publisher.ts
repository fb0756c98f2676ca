/**
 * Sends news of jobs from workers to the API. News are hints: what counts stands on the shared directory, so a lost
 * event delays what the API shows and nothing else. Hence `publish` never throws and never waits.
 *
 * All events of one turn of the loop go out in one pipeline. That an attempt came to its end nobody waits for: such news gather for a moment, or until
 * something more urgent goes out. While Redis is away all of them wait, up to a bound.
 */
import { eventStream, type JobEvent, queueLimits } from '@gridmr/contracts';
import type { Logger } from './logger.js';
import type { RedisConnection } from './open-redis.js';
import { waitAtMost } from './wait-at-most.js';

export class EventPublisher {
  readonly #redis: RedisConnection;
  readonly #logger: Logger;
  #waiting: string[] = [];
  #sending: Promise<void> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #dropped = 0;

  /** Over a connection with the role `worker`, which its owner ends. */
  constructor(redis: RedisConnection, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  publish(event: JobEvent): void {
    this.#waiting.push(JSON.stringify(event));
    if (this.#waiting.length > queueLimits.eventsBufferedMax) {
      this.#waiting.shift();
      if (this.#dropped++ === 0)
        this.#logger.warn('news of jobs are being dropped: RedisConnection does not take them');
    }
    if (mayWait(event)) this.#gathering ??= setTimeout(() => this.#sendNow(), queueLimits.newsGatheredMs);
    else this.#sendNow();
  }

  #sendNow(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#sending ??= this.#sendAll();
  }

  /** Returns when all that was published has been sent, or after `timeoutMs` without having sent it. */
  async flush(timeoutMs: number = queueLimits.commandTimeoutMs): Promise<void> {
    this.#sendNow();
    await waitAtMost(timeoutMs, this.#sending ?? Promise.resolve());
  }

  async #sendAll(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      await this.#send(this.#waiting.splice(0, queueLimits.eventsPerWriteMax));
      if (this.#dropped > 0) this.#logger.warn('news of jobs were dropped', { events: this.#dropped });
      this.#dropped = 0;
    }
    this.#sending = undefined;
  }

  async #send(events: readonly string[]): Promise<void> {
    try {
      const pipeline = this.#redis.pipeline();
      for (const event of events) {
        pipeline.xadd(eventStream, 'MAXLEN', '~', queueLimits.eventStreamEntriesMax, '*', 'event', event);
      }
      const results = await pipeline.exec();
      const failure = results?.find(([error]) => error !== null)?.[0];
      if (failure) throw failure;
    } catch (error) {
      this.#logger.warn('news of jobs could not be sent', { error, events: events.length });
    }
  }
}

function mayWait(event: JobEvent): boolean {
  return event.type === 'attempt' && (event.state === 'committed' || event.state === 'superseded');
}
