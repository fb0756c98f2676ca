/** Connections to Redis, by what they are for. All of them reconnect for ever and within a second of Redis' return. */
import { processLimits, queueLimits } from '@gridmr/contracts';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.js';

/**
 * `worker`: commands wait until Redis is back. `producer`: as long as a process may take to start, until `failFast` is called on
 * it. `subscriber`: as worker, subscriptions are renewed after a reconnect.
 */
export type ConnectionRole = 'worker' | 'producer' | 'subscriber';

const reconnectStepMs = 200;

const roleOptions: Record<ConnectionRole, RedisOptions> = {
  worker: { maxRetriesPerRequest: null },
  producer: { maxRetriesPerRequest: null, commandTimeout: processLimits.readyMs },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
};

/** Connects in the background; whoever asked for the connection ends it with `disconnect()`. */
export function connectRedis(url: string, role: ConnectionRole, logger: Logger): Redis {
  const redis = new Redis(url, {
    ...roleOptions[role],
    connectTimeout: queueLimits.commandTimeoutMs,
    retryStrategy: tries => Math.min(tries * reconnectStepMs, queueLimits.reconnectDelayMaxMs),
  });
  logStateChanges(redis, role, logger);
  return redis;
}

/** From now on commands fail within `queueLimits.commandTimeoutMs`, so that the API can answer 503. */
export function failFast(redis: Redis): void {
  redis.options.maxRetriesPerRequest = 1;
  redis.options.commandTimeout = queueLimits.commandTimeoutMs;
  redis.options.enableOfflineQueue = false;
}

/** One line when Redis goes and one when it is back, however often the connection is tried in between. */
function logStateChanges(redis: Redis, role: ConnectionRole, logger: Logger): void {
  let away = false;
  redis.on('error', error => {
    if (!away) logger.warn('Redis is not reachable; trying again until it is', { connection: role, error });
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is reachable again', { connection: role });
    away = false;
  });
}
