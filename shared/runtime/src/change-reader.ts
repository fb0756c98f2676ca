/**
 * Follows what changes of jobs, for the listeners of one API process. Every process reads every entry, beginning with those that the
 * stream still has.
 *
 * After Redis was away it may have come back without its memory, or with another. Then the entry read last is not there any more, and
 * nobody knows what is missing: that is a gap, and the stream is read from its beginning.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Change, changeSchema, changeStream, liveLimits, queueLimits } from '@gridmr/contracts';
import { z } from 'zod';
import { type EventEntry, entriesSchema, readReplySchema } from './event-replies.js';
import type { Logger } from './logger.js';
import { openAnother, type RedisConnection } from './open-redis.js';
import { waitAtMost } from './wait-at-most.js';

/** TIME: seconds, and microseconds of the second. */
const timeSchema = z.tuple([z.coerce.number(), z.coerce.number()]);

export interface ReadChange {
  /** Of the entry: `<milliseconds>-<number>`, ascending. */
  readonly id: string;
  readonly change: Change;
}

export interface ChangeReaderOptions {
  /** With the role `worker`, ended by its owner. The reader makes one more for its blocking reads. */
  readonly redis: RedisConnection;
  readonly logger: Logger;
  /** In order. Must not throw. */
  readonly onChanges: (changes: readonly ReadChange[]) => void;
  /** What comes next does not follow on what came before: some changes up to `id` may never be told. */
  readonly onStart: (id: string) => void;
}

export class ChangeReader implements AsyncDisposable {
  readonly #options: ChangeReaderOptions;
  readonly #blocking: RedisConnection;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  /** The entry read last; undefined while there is none to go on from. */
  #position: string | undefined;

  /** Starts to read at once. */
  constructor(options: ChangeReaderOptions) {
    this.#options = options;
    this.#blocking = openAnother(options.redis);
    // The shared connection reports that Redis is away.
    this.#blocking.on('error', () => undefined);
    this.#blocking.on('ready', () => this.#checkPosition());
    // Of a Cluster, in which another node takes over from one that is gone.
    this.#blocking.on('-node', () => this.#checkPosition());
    this.#running = this.#run();
  }

  /** While Redis is away a read may not end at all: then it is left behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#blocking.disconnect();
    await waitAtMost(queueLimits.commandTimeoutMs, this.#running);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#readOnce();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.logger.warn('changes of jobs could not be read; trying again', { error });
        await delay(queueLimits.retryBackoffMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #readOnce(): Promise<void> {
    this.#position ??= await this.#start();
    const reply = await this.#blocking.xread(
      'COUNT',
      liveLimits.changesPerReadMax,
      'BLOCK',
      liveLimits.readBlockMs,
      'STREAMS',
      changeStream,
      this.#position,
    );
    // Meanwhile it may have turned out that there is a gap.
    if (this.#position !== undefined) this.#tell(readReplySchema.parse(reply));
  }

  /** The place before all entries that the stream has; without any, the present. */
  async #start(): Promise<string> {
    // Together, so that in a Cluster both come from the node that has the stream.
    const [entries, time] =
      (await this.#blocking.pipeline().xrange(changeStream, '-', '+', 'COUNT', 1).time().exec()) ?? [];
    const failure = entries?.[0] ?? time?.[0];
    if (failure) throw failure;
    const [first] = entriesSchema.parse(entries?.[1]);
    const [seconds, microseconds] = timeSchema.parse(time?.[1]);
    const presentMs = seconds * 1000 + Math.floor(microseconds / 1000);
    const start = first === undefined ? `${presentMs}-0` : before(first.id);
    this.#options.onStart(start);
    return start;
  }

  #tell(entries: readonly EventEntry[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#position = last.id;
    const changes: ReadChange[] = [];
    for (const entry of entries) {
      const change = this.#changeOf(entry);
      if (change !== undefined) changes.push({ id: entry.id, change });
    }
    this.#options.onChanges(changes);
  }

  #changeOf({ id, fields }: EventEntry): Change | undefined {
    try {
      return changeSchema.parse(JSON.parse(fields[fields.indexOf('change') + 1] ?? ''));
    } catch (error) {
      this.#options.logger.warn('an entry of the stream of changes is not valid', { entry_id: id, error });
      return undefined;
    }
  }

  /**
   * The blocking read goes on by itself after a reconnect, so another connection has to ask; perhaps it has read on meanwhile. A replica that took over
   * may lack what its master had told last.
   */
  #checkPosition(): void {
    const position = this.#position;
    if (position === undefined || this.#stopped.signal.aborted) return;
    this.#options.redis
      .xrange(changeStream, position, position)
      .then(found => {
        if (found.length === 0) this.#position = undefined;
      })
      .catch(error => this.#options.logger.warn('it is not known whether changes of jobs are missing', { error }));
  }
}

function before(id: string): string {
  const [ms = 0, number = 0] = id.split('-').map(Number);
  return number > 0 ? `${ms}-${number - 1}` : `${ms - 1}-${Number.MAX_SAFE_INTEGER}`;
}
