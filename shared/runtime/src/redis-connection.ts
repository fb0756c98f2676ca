/** Connections to Redis, by what they are for. All of them reconnect for ever and within a second of Redis' return. */
import { processLimits, queueLimits } from '@gridmr/contracts';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from './logger.js';
import { isCluster, openRedis, type RedisConnection } from './open-redis.js';

/**
 * `worker`: commands wait until Redis is back. `producer`: as long as a process may take to start, until `failFast` is called on
 * it. `subscriber`: as worker, subscriptions are renewed after a reconnect.
 */
export type ConnectionRole = 'worker' | 'producer' | 'subscriber';

const reconnectStepMs = 200;

/** Connects in the background; whoever asked for the connection ends it with `disconnect()`. */
export function connectRedis(url: string, role: ConnectionRole, logger: Logger): RedisConnection {
  const retryMs = (tries: number) => Math.min(tries * reconnectStepMs, queueLimits.reconnectDelayMaxMs);
  const redis = openRedis(url, role === 'producer' ? { retryMs, commandTimeout: processLimits.readyMs } : { retryMs });
  logStateChanges(redis, role, logger);
  if (isCluster(redis)) logNodes(redis, role, logger);
  return redis;
}

/** From now on commands fail within `queueLimits.commandTimeoutMs`, so that the API can answer 503. */
export function failFast(redis: RedisConnection): void {
  redis.options.enableOfflineQueue = false;
  if (!isCluster(redis)) {
    redis.options.maxRetriesPerRequest = 1;
    redis.options.commandTimeout = queueLimits.commandTimeoutMs;
    return;
  }
  redis.options.maxRedirections = queueLimits.clusterRetriesOfProducersMax;
  const hurry = (node: Redis) => {
    node.options.commandTimeout = queueLimits.commandTimeoutMs;
  };
  for (const node of redis.nodes()) hurry(node);
  redis.on('+node', hurry);
}

/** One line when Redis goes and one when it is back, however often the connection is tried in between. */
function logStateChanges(redis: RedisConnection, role: ConnectionRole, logger: Logger): void {
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn('Redis is not reachable; trying again until it is', { connection: role, error });
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is reachable again', { connection: role });
    away = false;
  });
}

/** The same of each node of a Cluster. */
function logNodes(redis: Cluster, role: ConnectionRole, logger: Logger): void {
  const away = new Set<string>();
  redis.on('node error', (error: Error, node: string) => {
    if (!away.has(node)) logger.warn('a node of Redis is not reachable', { connection: role, node, error });
    away.add(node);
  });
  redis.on('+node', (node: Redis) => {
    const name = `${node.options.host}:${node.options.port}`;
    node.once('ready', () => {
      if (away.delete(name)) logger.info('a node of Redis is reachable again', { connection: role, node: name });
    });
  });
}
