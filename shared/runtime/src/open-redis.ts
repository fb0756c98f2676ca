/** Makes a connection to Redis, whichever form its URL has. All that differs between a server, a Cluster and Sentinels stands here. */
import { queueLimits } from '@gridmr/contracts';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type RedisPlace, redisPlaceSchema } from './redis-url.js';
import { settleConnects } from './settle-connects.js';

/** What speaks to Redis. All keys of GridMR have one hash tag, so that to a Cluster several of them may be named in one command. */
export type RedisConnection = Redis | Cluster;

export interface OpenOptions {
  readonly retryMs: (tries: number) => number;
  /** How long one command may take. Undefined: for ever. */
  readonly commandTimeout?: number;
}

/** @param url as the settings accept it; throws for others */
export function openRedis(url: string, options: OpenOptions): RedisConnection {
  const place = redisPlaceSchema.parse(url);
  if (place.kind === 'cluster') return openCluster(place, options);
  const { retryMs, commandTimeout } = options;
  const common: RedisOptions = {
    ...everywhere,
    ...(commandTimeout === undefined ? {} : { commandTimeout }),
    retryStrategy: retryMs,
    reconnectOnError: isReplica,
  };
  if (place.kind === 'server') return new Redis(place.url, common);
  const { hosts, login, sentinelLogin, masterName, database, hasTls } = place;
  return new Redis({
    ...common,
    ...login,
    sentinels: hosts,
    name: masterName,
    db: database,
    sentinelRetryStrategy: retryMs,
    sentinelCommandTimeout: queueLimits.commandTimeoutMs,
    ...(sentinelLogin.username === undefined ? {} : { sentinelUsername: sentinelLogin.username }),
    ...(sentinelLogin.password === undefined ? {} : { sentinelPassword: sentinelLogin.password }),
    ...(hasTls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  });
}

/** One more connection of the same kind, for reads that block. Whoever asked for it ends it with `disconnect()`. */
export function openAnother(redis: RedisConnection): RedisConnection {
  return isCluster(redis) ? redis.duplicate() : redis.duplicate();
}

export function isCluster(redis: RedisConnection): redis is Cluster {
  return redis.isCluster;
}

const everywhere: RedisOptions = {
  maxRetriesPerRequest: null,
  connectTimeout: queueLimits.commandTimeoutMs,
  socketTimeout: queueLimits.silenceMs,
};

const reconnectAndSendAgain = 2;

/** The master was demoted, and this connection still leads to it: whoever it asks next knows the new one. */
function isReplica(error: Error): typeof reconnectAndSendAgain | false {
  return error.message.includes('READONLY') && reconnectAndSendAgain;
}

function openCluster(
  { hosts, hasTls, login }: Extract<RedisPlace, { kind: 'cluster' }>,
  { retryMs, commandTimeout }: OpenOptions,
): Cluster {
  const cluster = new Cluster(hosts, {
    redisOptions: {
      ...everywhere,
      ...login,
      ...(commandTimeout === undefined ? {} : { commandTimeout }),
      ...(hasTls ? { tls: {} } : {}),
    },
    clusterRetryStrategy: retryMs,
    maxRedirections: queueLimits.clusterRetriesMax,
    retryDelayOnFailover: queueLimits.clusterRetryMs,
    retryDelayOnClusterDown: queueLimits.clusterRetryMs,
    retryDelayOnTryAgain: queueLimits.clusterRetryMs,
    slotsRefreshTimeout: queueLimits.commandTimeoutMs,
    // The name and not its address, to which no certificate belongs; it is resolved when the connection is made.
    dnsLookup: (address, callback) => callback(null, address),
  });
  return settleConnects(cluster);
}
