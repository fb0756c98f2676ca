/**
 * Reads the news of jobs for the API. All API processes read as one consumer group, so each event is handled by one of
 * them, at least once and in order of arrival per reader.
 *
 * ```
 * 1. own entries that were handed out and not acknowledged (this reader died or its handler failed), until there are none
 * 2. now and then: entries that other readers left unacknowledged for `eventClaimIdleMs`
 * 3. new entries, blocking; acknowledged after the handler has returned, while the next are read; then from 2 (or from 1 after a failure)
 * 4. now and then: what all readers are done with is trimmed away, so that the stream holds little more than what is left to do
 * ```
 *
 * After each batch it rests in proportion to what that took: so when there is much else to do, news gather, and cost less by being handled together.
 *
 * Entries that are no valid events are logged and acknowledged. After Redis was wiped the group is made again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { eventGroup, eventStream, inPieces, type JobEvent, jobEventSchema, queueLimits } from '@gridmr/contracts';
import { claimReplySchema, type EventEntry, readReplySchema } from './event-replies.js';
import type { Logger } from './logger.js';
import { openAnother, type RedisConnection } from './open-redis.js';
import { trimHandled } from './trim-handled.js';
import { waitAtMost } from './wait-at-most.js';

export type EventHandler = (events: JobEvent[]) => Promise<void>;

export interface EventReaderOptions {
  /** With the role `worker`, ended by its owner. The reader makes one more for its blocking reads. */
  readonly redis: RedisConnection;
  /** Unique among readers that run at the same time; a restarted reader best takes its old name. */
  readonly consumerName: string;
  /** Must tolerate events it has seen before. When it throws, the same events come again. */
  readonly handle: EventHandler;
  readonly logger: Logger;
  /** For tests; else `queueLimits.eventClaimIdleMs`. */
  readonly claimIdleMs?: number;
}

export class EventReader implements AsyncDisposable {
  readonly #options: EventReaderOptions;
  readonly #blocking: RedisConnection;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  #ownPending = true;
  #handling: Promise<void> | undefined;
  #acknowledging: Promise<unknown> = Promise.resolve();
  #claimsAtMs = 0;
  #trimsAtMs = 0;
  /** Before the next entries are read. */
  #restMs = 0;

  /** Starts to read at once. */
  constructor(options: EventReaderOptions) {
    this.#options = options;
    this.#blocking = openAnother(options.redis);
    // The shared connection reports that Redis is away.
    this.#blocking.on('error', () => undefined);
    this.#running = this.#run();
  }

  /** Returns when the handler has returned; without its acknowledgement if Redis is away, so that the events come again. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#blocking.disconnect();
    await this.#handling?.catch(() => undefined);
    await waitAtMost(queueLimits.commandTimeoutMs, this.#running);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#readOnce();
      } catch (error) {
        if (signal.aborted) break;
        await this.#recover(error);
      }
    }
    await this.#acknowledging;
  }

  async #readOnce(): Promise<void> {
    if (this.#ownPending) {
      while (await this.#handleOwnPending());
      this.#ownPending = false;
    }
    if (performance.now() >= this.#claimsAtMs) await this.#handle(await this.#abandoned());
    await this.#rest();
    const { consumerName } = this.#options;
    const reply = await this.#blocking.xreadgroup(
      'GROUP',
      eventGroup,
      consumerName,
      'COUNT',
      queueLimits.entriesPerReadMax,
      'BLOCK',
      queueLimits.eventReadBlockMs,
      'STREAMS',
      eventStream,
      '>',
    );
    const entries = readReplySchema.parse(reply);
    const begunMs = performance.now();
    await this.#handle(entries);
    const tookMs = performance.now() - begunMs;
    // Of a full batch there is more.
    if (entries.length < queueLimits.entriesPerReadMax) this.#restMs = tookMs * queueLimits.eventRestShare;
  }

  async #rest(): Promise<void> {
    const ms = Math.min(Math.round(this.#restMs), queueLimits.eventRestMsMax);
    this.#restMs = 0;
    if (ms > 0) await delay(ms, undefined, { signal: this.#stopped.signal });
  }

  async #handleOwnPending(): Promise<boolean> {
    const { redis, consumerName } = this.#options;
    const count = queueLimits.entriesPerReadMax;
    const reply = await redis.xreadgroup(
      'GROUP',
      eventGroup,
      consumerName,
      'COUNT',
      count,
      'STREAMS',
      eventStream,
      '0',
    );
    const entries = readReplySchema.parse(reply);
    await this.#handle(entries);
    await this.#acknowledging;
    return entries.length > 0 && !this.#stopped.signal.aborted;
  }

  async #abandoned(): Promise<EventEntry[]> {
    const { redis, consumerName, claimIdleMs = queueLimits.eventClaimIdleMs } = this.#options;
    const count = queueLimits.entriesPerReadMax;
    this.#claimsAtMs = performance.now() + claimIdleMs / queueLimits.eventClaimLooks;
    const reply = await redis.xautoclaim(eventStream, eventGroup, consumerName, claimIdleMs, '0', 'COUNT', count);
    return claimReplySchema.parse(reply);
  }

  async #handle(entries: readonly EventEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#acknowledging;
    const events = entries.flatMap(entry => this.#eventsOf(entry));
    for (const piece of inPieces(events, queueLimits.eventsPerHandlingMax)) {
      this.#handling = this.#options.handle(piece);
      await this.#handling;
    }
    this.#acknowledging = this.#acknowledge(entries.map(({ id }) => id));
    // Its failure is met where it is awaited.
    this.#acknowledging.catch(() => undefined);
  }

  async #acknowledge(ids: readonly string[]): Promise<void> {
    const { redis } = this.#options;
    await redis.xack(eventStream, eventGroup, ...ids);
    if (performance.now() < this.#trimsAtMs) return;
    this.#trimsAtMs = performance.now() + queueLimits.eventTrimMs;
    const last = ids.at(-1);
    if (last !== undefined) await trimHandled(redis, last);
  }

  #eventsOf({ id, fields }: EventEntry): JobEvent[] {
    const told = fields.filter((_, i) => i % 2 === 1 && fields[i - 1] === 'event');
    return (told.length === 0 ? [''] : told).flatMap(json => {
      try {
        return [jobEventSchema.parse(JSON.parse(json))];
      } catch (error) {
        this.#options.logger.warn('an entry of the event stream has no valid event', { entry_id: id, error });
        return [];
      }
    });
  }

  async #recover(error: unknown): Promise<void> {
    const { redis, logger } = this.#options;
    this.#ownPending = true;
    this.#acknowledging = Promise.resolve();
    const groupIsMissing = error instanceof Error && error.message.startsWith('NOGROUP');
    try {
      // From the start of the stream: news that came before the group are news too.
      if (groupIsMissing) await redis.xgroup('CREATE', eventStream, eventGroup, '0', 'MKSTREAM');
      else throw error;
    } catch (failure) {
      if (failure instanceof Error && failure.message.startsWith('BUSYGROUP')) return;
      logger.warn('news of jobs could not be read or handled; trying again', { error: failure });
      const wake = { signal: this.#stopped.signal };
      await delay(queueLimits.retryBackoffMs, undefined, wake).catch(() => undefined);
    }
  }
}
