/**
 * How often callers may ask. Counted in Redis, so that all API processes count together; while Redis is away, each counts in memory, callers in a bounded
 * number of groups.
 */
import { createHash } from 'node:crypto';
import { accessLimits, queuePrefix, RequestError } from '@gridmr/contracts';
import type { Logger, Producer } from '@gridmr/runtime';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

const secondMs = 1000;
const minuteSeconds = 60;

/** `429`, and when to come again. */
export class RateLimitedError extends RequestError {
  readonly retryAfterSeconds: number;

  constructor(detail: string, retryAfterSeconds: number) {
    super('too_many_requests', `${detail}. Try again in ${retryAfterSeconds} s`);
    this.name = 'RateLimitedError';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface RatesPerMinute {
  /** 0 is no limit. */
  readonly reads: number;
  readonly changes: number;
}

type Kind = 'reads' | 'changes' | 'refusals';

type Ask = (limiter: RateLimiterRedis | RateLimiterMemory, key: string) => Promise<unknown>;

interface Verdict {
  readonly isAllowed: boolean;
  readonly retryAfterSeconds: number;
}

const consume: Ask = (limiter, key) => limiter.consume(key);

interface Counter {
  readonly shared: RateLimiterRedis;
  readonly own: RateLimiterMemory;
}

export class RateLimits {
  readonly #counters: Readonly<Partial<Record<Kind, Counter>>>;
  readonly #logger: Logger;
  /** Until then Redis is not asked. */
  #awayUntilMs = 0;

  constructor(redis: Producer['redis'], { reads, changes }: RatesPerMinute, logger: Logger) {
    this.#logger = logger;
    const counter = (kind: Kind, points: number, duration: number): Counter => {
      const options = { keyPrefix: `${queuePrefix}:rate:${kind}`, points, duration };
      const shared = new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true });
      return { shared, own: new RateLimiterMemory(options) };
    };
    const perWindow = (kind: Kind, perMinute: number) => {
      const points = Math.ceil((perMinute * accessLimits.rateWindowSeconds) / minuteSeconds);
      return perMinute === 0 ? {} : { [kind]: counter(kind, points, accessLimits.rateWindowSeconds) };
    };
    this.#counters = {
      ...perWindow('reads', reads),
      ...perWindow('changes', changes),
      refusals: counter('refusals', accessLimits.refusedMax, accessLimits.refusedWindowSeconds),
    };
  }

  /** Counts one request. Throws `RateLimitedError`. */
  async spend(kind: 'reads' | 'changes', who: string): Promise<void> {
    refuse(await this.#ask(kind, who, consume), 'This key or address asks too often');
  }

  /** The same by this process alone, without Redis. */
  async spendAlone(kind: 'reads' | 'changes', who: string): Promise<void> {
    const counter = this.#counters[kind];
    if (counter === undefined) return;
    refuse(await verdictOf(() => consume(counter.own, groupOf(who))), 'This address asks too often');
  }

  /** Counts a key that was refused. */
  async countRefusal(address: string): Promise<void> {
    await this.#ask('refusals', address, consume);
  }

  /** Throws `RateLimitedError` for an address from which too many keys were refused. */
  async refuseGuessing(address: string): Promise<void> {
    const result = await this.#ask('refusals', address, async (limiter, key) => {
      const counted = await limiter.get(key);
      if (counted !== null && counted.consumedPoints >= limiter.points) throw counted;
      return counted;
    });
    refuse(result, 'Too many keys were refused from this address');
  }

  async #ask(kind: Kind, who: string, ask: Ask): Promise<Verdict | undefined> {
    const counter = this.#counters[kind];
    if (counter === undefined) return undefined;
    if (performance.now() >= this.#awayUntilMs) {
      try {
        return await verdictOf(() => ask(counter.shared, who));
      } catch (error) {
        this.#awayUntilMs = performance.now() + accessLimits.rateRedisRetryMs;
        this.#logger.warn('requests are counted by this process alone, because Redis does not answer', { error });
      }
    }
    return verdictOf(() => ask(counter.own, groupOf(who)));
  }
}

function refuse(verdict: Verdict | undefined, detail: string): void {
  if (verdict?.isAllowed === false) throw new RateLimitedError(detail, verdict.retryAfterSeconds);
}

/** The library rejects with what it has counted; anything else is a failure. */
async function verdictOf(ask: () => Promise<unknown>): Promise<Verdict> {
  try {
    await ask();
    return { isAllowed: true, retryAfterSeconds: 0 };
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    return { isAllowed: false, retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / secondMs)) };
  }
}

function groupOf(who: string): string {
  return String(createHash('sha256').update(who).digest().readUInt32BE() % accessLimits.rateGroupsMax);
}
