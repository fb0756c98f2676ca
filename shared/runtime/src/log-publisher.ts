/**
 * Tells listeners what programs write with `ctx.log`. What is told live is a sample: the first lines of an attempt, of so many attempts a second. Nobody
 * waits for it, and what Redis does not take at once is not told.
 */
import { type LogEvent, liveLimits } from '@gridmr/contracts';
import { appendChanges } from './change-publisher.js';
import type { Logger } from './logger.js';
import type { RedisConnection } from './open-redis.js';

const secondMs = 1000;

export class LogPublisher {
  readonly #redis: RedisConnection;
  readonly #logger: Logger;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #told = 0;
  #sending = 0;

  /** Over a connection with the role `worker`, which its owner ends. */
  constructor(redis: RedisConnection, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  publish(attempt: Pick<LogEvent, 'job_id' | 'task_id' | 'attempt'>, lines: readonly string[]): void {
    if (lines.length === 0 || !this.#mayTell()) return;
    const { logLinesPerEventMax: max, logLineLengthMax: lengthMax } = liveLimits;
    const told = lines.slice(0, max).map(line => line.slice(0, lengthMax));
    const data: LogEvent = { ...attempt, lines: told, omitted: lines.length - told.length };
    this.#sending++;
    appendChanges(this.#redis, [{ event: 'log', data }])
      .catch(error => this.#logger.debug('lines of a program could not be told', { error }))
      .finally(() => {
        this.#sending--;
      });
  }

  #mayTell(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs > secondMs) {
      this.#sinceMs = nowMs;
      this.#told = 0;
    }
    return this.#sending < liveLimits.logEventsPerSecondMax && this.#told++ < liveLimits.logEventsPerSecondMax;
  }
}
