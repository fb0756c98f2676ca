/** Waiting until a Redis answers. */
import { processLimits } from '@gridmr/contracts';
import { Redis } from 'ioredis';
import { QueueServerError } from './queue-server-error.js';

/**
 * Returns once Redis answers PING (and has loaded its data). `gone` ends the wait early with its reason.
 * @throws {QueueServerError} after `processLimits.readyMs`, or at once if the password is refused.
 */
export async function waitForRedis(url: string, gone?: AbortSignal): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => processLimits.pollMs });
  let lastError: unknown;
  redis.on('error', error => {
    lastError = error;
  });
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it did not answer in time')), processLimits.readyMs);
    gone?.addEventListener('abort', () => reject(gone.reason), { once: true });
    if (gone?.aborted) reject(gone.reason);
  });
  try {
    await Promise.race([redis.ping(), givenUp]);
  } catch (error) {
    if (error instanceof QueueServerError) throw error;
    throw new QueueServerError(`There is no usable Redis at ${placeOf(url)}: ${reasonOf(error, lastError)}`, {
      cause: lastError ?? error,
    });
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** Host and port: what may be shown of a URL that holds a password. */
function placeOf(url: string): string {
  return new URL(url).host;
}

function reasonOf(error: unknown, connectionError: unknown): string {
  return [error, connectionError]
    .filter(fault => fault instanceof Error)
    .map(fault => fault.message)
    .filter((message, i, all) => message !== '' && all.indexOf(message) === i)
    .join(', ');
}
