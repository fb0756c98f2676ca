/**
 * Entries that have been handled are only memory of Redis. Those before the oldest that is in some reader's hand, and before what this reader has
 * just acknowledged, have been handed out, since a group hands them out in order, and are in nobody's hand: they are done with.
 *
 * ```
 * stream          1 2 3 4 5 6 7 8 9
 * in hand             3   5             this reader acknowledged 6: 1 and 2 go
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

/** @param acknowledged ids, at least one, in order */
export async function trimHandled(redis: RedisConnection, acknowledged: readonly string[]): Promise<void> {
  const inHand = pendingSchema.parse(await redis.xpending(eventStream, eventGroup));
  const least = inHand ?? acknowledged.at(-1);
  if (least !== undefined) await redis.xtrim(eventStream, 'MINID', '~', earlier(least, acknowledged.at(-1) ?? least));
}

/** Of two ids like `1700000000000-12`. */
function earlier(one: string, other: string): string {
  const [oneMs = 0, oneCount = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number);
  return oneMs < otherMs || (oneMs === otherMs && oneCount <= otherCount) ? one : other;
}
