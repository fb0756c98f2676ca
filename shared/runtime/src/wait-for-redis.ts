/** Waiting until a Redis answers. */
import { processLimits } from '@gridmr/contracts';
import { openRedis } from './open-redis.js';
import { QueueServerError } from './queue-server-error.js';
import { redisPlaceSchema, shownPlace } from './redis-url.js';

/**
 * Returns once Redis answers PING (and has loaded its data). `gone` ends the wait early with its reason.
 * @throws {QueueServerError} after `processLimits.readyMs`, or at once if waiting is in vain.
 */
export async function waitForRedis(url: string, gone?: AbortSignal): Promise<void> {
  const redis = openRedis(url, { retryMs: () => processLimits.pollMs });
  let lastError: unknown;
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    const keep = (error: unknown) => {
      lastError = error;
      if (error instanceof Error && isForGood.test(error.message)) reject(error);
    };
    // A Cluster's own errors only say that it failed, those of its nodes why; and so with Sentinels.
    for (const name of ['error', 'node error', 'sentinelError']) redis.on(name, keep);
    timer = setTimeout(() => reject(new Error('it did not answer in time')), processLimits.readyMs);
    gone?.addEventListener('abort', () => reject(gone.reason), { once: true });
    if (gone?.aborted) reject(gone.reason);
  });
  try {
    await Promise.race([redis.ping(), givenUp]);
  } catch (error) {
    if (error instanceof QueueServerError) throw error;
    throw new QueueServerError(
      `There is no usable Redis at ${shownPlace(redisPlaceSchema.parse(url))}: ${reasonOf(error, lastError)}`,
      {
        cause: lastError ?? error,
      },
    );
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** Time does not mend it: a password that is refused, a Redis of another kind, a master that the Sentinel does not know. */
const isForGood = /WRONGPASS|NOAUTH|NOPERM|cluster support disabled|unknown command.*sentinel|No such master/i;

function reasonOf(error: unknown, connectionError: unknown): string {
  return [error, connectionError]
    .filter(fault => fault instanceof Error)
    .map(fault => fault.message)
    .filter((message, i, all) => message !== '' && all.indexOf(message) === i)
    .join(', ');
}
