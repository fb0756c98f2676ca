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
  const ended = new AbortController();
  const deadline = AbortSignal.any([AbortSignal.timeout(processLimits.readyMs), ...(gone === undefined ? [] : [gone])]);
  const waitedTooLong = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(gone?.aborted === true ? gone.reason : new Error('it did not answer in time'));
    deadline.addEventListener('abort', stop, { once: true, signal: ended.signal });
    if (deadline.aborted) stop();
  });
  try {
    await Promise.race([redis.ping(), waitedTooLong]);
  } catch (error) {
    if (error instanceof QueueServerError) throw error;
    throw new QueueServerError(`There is no usable Redis at ${placeOf(url)}: ${reasonOf(error, lastError)}`, {
      cause: lastError ?? error,
    });
  } finally {
    ended.abort();
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
