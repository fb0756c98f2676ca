/**
 * What BullMQ's objects report by their `error` event. That Redis is away is the connection's news, told there once and
 * here, by every object and at every try, only for debugging. A refused result of an attempt that had lost its lock is
 * part of normal life.
 */
import type { Logger } from './logger.js';

const connectionCodes: readonly unknown[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
];
const connectionMessages =
  /Connection is closed|Stream isn't writeable|max retries per request|Command timed out|Socket timeout|sentinels are unreachable|READONLY/;
/** A Cluster of which nobody, or not everybody, answers. */
const clusterMessages =
  /CLUSTERDOWN|Too many Cluster redirections|Failed to refresh slots cache|Cluster isn't ready|None of startup nodes|Cluster is (?:ended|disconnect)/;
const lostLock = /Missing lock|Lock mismatch|Missing key for job|could not renew lock/i;

/** A listener for the `error` event. */
export function onQueueError(logger: Logger): (error: Error) => void {
  return error => {
    if (isConnectionError(error)) logger.debug('the queue has no connection', { error });
    else if (lostLock.test(error.message)) logger.warn('the queue refused the result of a lost attempt', { error });
    else logger.error('the queue reports an error', { error });
  };
}

/** Whether Redis was away or did not answer in time: the API answers 503. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (connectionCodes.includes((error as NodeJS.ErrnoException).code)) return true;
  return connectionMessages.test(error.message) || clusterMessages.test(error.message);
}
