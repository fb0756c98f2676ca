/**
 * Waiting for a file that stands, and that this machine does not show yet. An NFS mount remembers for a while (`acdirmin`, 30 s by default, unless
 * `lookupcache=positive` is set) that a name was missing when it last looked, and another machine may have made the file since.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { storageLimits } from '@gridmr/contracts';
import { StorageError } from './storage-error.js';

/** Opens a file, again and again while it is not found, for at most `ms`. */
export async function untilShown<Result>(open: () => Promise<Result>, ms: number): Promise<Result> {
  const endMs = performance.now() + ms;
  for (let pauseMs: number = storageLimits.retryFirstMs; ; pauseMs = Math.min(pauseMs * 2, storageLimits.retryMostMs)) {
    try {
      return await open();
    } catch (error) {
      const isMissing = error instanceof StorageError && error.code === 'not_found';
      if (!isMissing || performance.now() > endMs) throw error;
    }
    await delay(pauseMs);
  }
}
