/**
 * Sends news of jobs from workers to the API. News are hints: what counts stands on the shared directory, so a lost
 * event delays what the API shows and nothing else. Hence `publish` never throws and never waits.
 *
 * All events of one turn of the loop go out in one pipeline, and before whatever the worker tells the queue next: what a job's last attempts came to is
 * on its way before anybody can find that the job is done. Several of them are one entry of the stream, and so one command: those of a bundle come together.
 * While Redis is away, or takes nothing, they wait, up to a bound.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { eventStream, inPieces, type JobEvent, queueLimits } from '@gridmr/contracts';
import type { Logger } from './logger.js';
import type { RedisConnection } from './open-redis.js';
import { waitAtMost } from './wait-at-most.js';

const addEntry = [eventStream, 'MAXLEN', '~', queueLimits.eventStreamEntriesMax, '*'] as const;

export class EventPublisher {
  readonly #redis: RedisConnection;
  readonly #logger: Logger;
  #waiting: string[] = [];
  #sending: Promise<void> | undefined;
  #dropped = 0;
  #isFailing = false;

  /** Over a connection with the role `worker`, which its owner ends. */
  constructor(redis: RedisConnection, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  publish(event: JobEvent): void {
    this.#waiting.push(JSON.stringify(event));
    this.#dropBeyondBound();
    this.#sending ??= this.#sendAll();
  }

  /** Returns when all that was published has been sent, or after `timeoutMs` without having sent it. */
  async flush(timeoutMs: number = queueLimits.commandTimeoutMs): Promise<void> {
    await waitAtMost(timeoutMs, this.#sending ?? Promise.resolve());
  }

  #dropBeyondBound(): void {
    const excess = this.#waiting.length - queueLimits.eventsBufferedMax;
    if (excess <= 0) return;
    this.#waiting.splice(0, excess);
    if (this.#dropped === 0) this.#logger.warn('news of jobs are being dropped: Redis does not take them');
    this.#dropped += excess;
  }

  async #sendAll(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const refused = await this.#send(this.#waiting.splice(0, queueLimits.eventsPerWriteMax));
      // Nothing is sent over a connection that its owner has ended.
      if (this.#redis.status === 'end') break;
      if (refused.length > 0) await this.#waitWith(refused);
      else this.#noteSent();
    }
    this.#sending = undefined;
  }

  async #waitWith(refused: readonly string[]): Promise<void> {
    this.#waiting = [...refused, ...this.#waiting];
    this.#dropBeyondBound();
    await delay(queueLimits.retryBackoffMs, undefined, { ref: false });
  }

  #noteSent(): void {
    this.#isFailing = false;
    if (this.#dropped > 0) this.#logger.warn('news of jobs were dropped', { events: this.#dropped });
    this.#dropped = 0;
  }

  /** Returns those that Redis did not take. Some of them it may have taken all the same: news may come twice. */
  async #send(events: readonly string[]): Promise<readonly string[]> {
    try {
      const pipeline = this.#redis.pipeline();
      const entries = inPieces(events, queueLimits.eventsPerEntryMax);
      for (const entry of entries) pipeline.xadd(...addEntry, ...entry.flatMap(event => ['event', event]));
      const results = (await pipeline.exec()) ?? [];
      const failure = results.find(([error]) => error !== null)?.[0];
      if (failure) this.#noteFailure(failure);
      return entries.flatMap((entry, i) => (results[i]?.[0] === null ? [] : entry));
    } catch (error) {
      this.#noteFailure(error);
      return events;
    }
  }

  #noteFailure(error: unknown): void {
    if (!this.#isFailing) this.#logger.warn('news of jobs could not be sent; trying again', { error });
    this.#isFailing = true;
  }
}
