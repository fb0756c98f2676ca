/**
 * The Redis that carries the messages: the one that the operator names, else a private one that lives and dies with
 * this process.
 *
 * ```
 * GRIDMR_REDIS_URL given              → external: checked, never stopped
 * redis-server or valkey-server found → native: a child of its own, append-only file under the data directory
 * neither                             → embedded: Valkey in WebAssembly, a child of its own, nothing on disk
 * ```
 *
 * A private server ignores Ctrl-C, so that what uses it can stop in order; it stops on `stop()`, or when the process
 * that started it is gone, however that came about.
 */

import { checkRedis, RedisUnsuitableError } from './check-redis.js';
import { startEmbeddedQueueServer } from './embedded-queue-server.js';
import { findOnPath } from './find-on-path.js';
import type { Logger } from './logger.js';
import { startNativeQueueServer } from './native-queue-server.js';
import { connectRedis } from './redis-connection.js';
import { waitForRedis } from './wait-for-redis.js';

export interface QueueServer extends AsyncDisposable {
  /** Holds the private server's password: pass it on in environments, never in arguments or logs. */
  readonly url: string;
  readonly kind: 'external' | 'native' | 'embedded';
  /** Of a private server. */
  readonly pid?: number;
  /** Resolves when a private server's process is gone, wanted or not; never for an external one. */
  readonly exited: Promise<void>;
  /** Ends a private server and returns when its process is gone. Doing it again is fine. */
  stop(): Promise<void>;
}

export interface QueueServerOptions {
  readonly redisUrl?: string | undefined;
  readonly dataDirectory: string;
  readonly logger: Logger;
  /** For tests: which private server to start. */
  readonly force?: 'native' | 'embedded' | undefined;
  /** Of a private server that is started again. */
  readonly place?: ServerPlace | undefined;
}

/** Where a private server is reached: as long as this stays, so does its URL. */
export interface ServerPlace {
  readonly port: number;
  readonly password: string;
}

/**
 * @throws {RedisUnsuitableError} for a Redis that would lose messages.
 * @throws {QueueServerError} if there is no Redis at the URL, or a private one does not start.
 */
export async function startQueueServer(options: QueueServerOptions): Promise<QueueServer> {
  const { redisUrl, dataDirectory, logger, force, place } = options;
  if (redisUrl !== undefined && force === undefined) return useExternal(redisUrl, logger);
  if (force === 'embedded') return startEmbedded(logger, place);
  const program = await findOnPath(['redis-server', 'valkey-server']);
  try {
    if (program !== undefined) return await startNativeQueueServer({ program, dataDirectory, logger, place });
    if (force === 'native') throw new RedisUnsuitableError('There is neither redis-server nor valkey-server on PATH.');
  } catch (error) {
    if (force === 'native' || !(error instanceof RedisUnsuitableError)) throw error;
    logger.warn('the Redis on PATH is not suitable', { program, error });
  }
  return startEmbedded(logger, place);
}

function startEmbedded(logger: Logger, place: ServerPlace | undefined): Promise<QueueServer> {
  logger.warn(
    'the queue is the embedded one: fine for trying GridMR out, but it keeps nothing when it restarts; ' +
      'install redis-server or set GRIDMR_REDIS_URL',
  );
  return startEmbeddedQueueServer(logger, place);
}

async function useExternal(url: string, logger: Logger): Promise<QueueServer> {
  await waitForRedis(url);
  // Not the role that fails fast: a busy machine must not keep GridMR from starting.
  const redis = connectRedis(url, 'worker', logger);
  try {
    await checkRedis(redis);
  } finally {
    redis.disconnect();
  }
  const nothing = async () => {};
  return { url, kind: 'external', exited: new Promise(() => {}), stop: nothing, [Symbol.asyncDispose]: nothing };
}
