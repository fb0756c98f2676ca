/**
 * Sees to it that `connect()` of a connection to a Redis Cluster comes to an end.
 *
 * That of ioredis does not where the Cluster is reached but cannot work, as while one of its nodes is away: the connection is then tried again by itself, and
 * nobody tells who waits for the first try. A consumer of BullMQ that made its connection anew meanwhile would wait for ever, and take no message any more.
 */
import { once } from 'node:events';
import type { Cluster } from 'ioredis';

/** The same connection, and all that are made of it. `connect()` throws when its try has failed; another one follows by itself, as long as nobody disconnects. */
export function settleConnects(cluster: Cluster): Cluster {
  const { connect, duplicate } = cluster;
  cluster.connect = () => settled(cluster, connect.call(cluster));
  cluster.duplicate = ((...args: Parameters<typeof duplicate>) =>
    settleConnects(duplicate.apply(cluster, args))) as typeof duplicate;
  return cluster;
}

async function settled(cluster: Cluster, connecting: Promise<void>): Promise<void> {
  const over = new AbortController();
  const closed = once(cluster, 'close', { signal: over.signal }).then(() => {
    throw new Error('The Redis Cluster was reached, but could not work');
  });
  try {
    await Promise.race([connecting, closed]);
  } finally {
    over.abort();
  }
}
