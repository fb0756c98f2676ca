/**
 * Entries that have been handled are only memory of Redis. A group hands them out in order, so those before the oldest that is in some reader's hand are
 * done with; and if none is, those before one that has been acknowledged.
 *
 * ```
 * stream          1 2 3 4 5 6 7 8 9
 * in hand             3   5             1 and 2 go
 * ```
 */
import { eventGroup, eventStream } from '@gridmr/contracts';
import { z } from 'zod';
import type { RedisConnection } from './open-redis.js';

/** XPENDING of a group: how many, the least and the greatest id. */
const pendingSchema = z
  .tuple([z.number(), z.string().nullable(), z.string().nullable()])
  .rest(z.unknown())
  .transform(([, least]) => least);

/** @param acknowledged id of an entry, just now */
export async function trimHandled(redis: RedisConnection, acknowledged: string): Promise<void> {
  const oldestInHand = pendingSchema.parse(await redis.xpending(eventStream, eventGroup));
  await redis.xtrim(eventStream, 'MINID', '~', oldestInHand ?? acknowledged);
}
