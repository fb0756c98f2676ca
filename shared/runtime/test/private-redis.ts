/** A Redis of a test's own, in a directory of its own, and a connection to it. */
import { connectRedis, type RedisConnection, startQueueServer } from '@gridmr/runtime';
import type { RecordedLog } from './recorded-log.js';
import { temporaryDirectory } from './temporary-directory.js';

export interface PrivateRedis extends AsyncDisposable {
  readonly redis: RedisConnection;
}

export async function openPrivateRedis(logger: RecordedLog): Promise<PrivateRedis> {
  const directory = await temporaryDirectory();
  const server = await startQueueServer({ dataDirectory: directory.path, logger });
  const redis = connectRedis(server.url, 'worker', logger);
  return {
    redis,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await server.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}
