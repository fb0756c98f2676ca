/**
 * Which of several API processes sweeps: the one whose token stands in Redis, for as long as it says so again. Two at once
 * would do no harm, since what the sweep does may be repeated; so no script guards the steps of taking over.
 */
import { leftoversSoughtKey, randomToken, sweeperKey, sweepLimits } from '@gridmr/contracts';
import type { RedisConnection } from './open-redis.js';

const tokenLength = 12;

export class SweepLease {
  readonly #redis: RedisConnection;
  readonly #token = randomToken(tokenLength);

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** Takes or keeps the lease. */
  async hold(): Promise<boolean> {
    const taken = await this.#redis.set(sweeperKey, this.#token, 'PX', sweepLimits.leaseMs, 'NX');
    if (taken !== null) return true;
    if ((await this.#redis.get(sweeperKey)) !== this.#token) return false;
    await this.#redis.pexpire(sweeperKey, sweepLimits.leaseMs);
    return true;
  }

  async release(): Promise<void> {
    if ((await this.#redis.get(sweeperKey)) === this.#token) await this.#redis.del(sweeperKey);
  }

  /** Whether it is long ago that leftovers were sought, or Redis has forgotten. */
  async leftoversAreDue(): Promise<boolean> {
    return (await this.#redis.exists(leftoversSoughtKey)) === 0;
  }

  async leftoversSought(): Promise<void> {
    await this.#redis.set(leftoversSoughtKey, this.#token, 'PX', sweepLimits.leftoversEveryMs);
  }
}
