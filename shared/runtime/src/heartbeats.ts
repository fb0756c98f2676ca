/**
 * Reports of workers in Redis. Each worker has a key that expires, which holds its last report, and its id stands in an
 * index, since looking for keys by a pattern would walk through all messages of all jobs.
 *
 * How old a report is follows from what is left of its key's life, by Redis' own clock: those of machines differ.
 */
import {
  type Heartbeat,
  heartbeatKey,
  heartbeatSchema,
  processLimits,
  type Worker,
  workersKey,
} from '@gridmr/contracts';
import type { RedisConnection } from './open-redis.js';

/** Ids that a worker left in the index when it died, and that nobody read since, are dropped after this. */
const indexedMs = 24 * 3600 * 1000;

export async function sendHeartbeat(redis: RedisConnection, heartbeat: Heartbeat): Promise<void> {
  const nowMs = Date.now();
  await redis
    .multi()
    .set(heartbeatKey(heartbeat.worker_id), JSON.stringify(heartbeat), 'PX', processLimits.workerForgottenMs)
    .zadd(workersKey, nowMs, heartbeat.worker_id)
    .zremrangebyscore(workersKey, '-inf', nowMs - indexedMs)
    .exec();
}

/** A worker that ends in order is not lost: it is no longer there. */
export async function retireWorker(redis: RedisConnection, workerId: string): Promise<void> {
  await redis.multi().del(heartbeatKey(workerId)).zrem(workersKey, workerId).exec();
}

/** All workers that reported within `workerForgottenMs`, the oldest first. */
export async function readWorkers(redis: RedisConnection): Promise<Worker[]> {
  const ids = await redis.zrangebyscore(workersKey, '-inf', '+inf');
  const found = await Promise.all(ids.map(id => readWorker(redis, id)));
  const gone = ids.filter((_, i) => found[i] === undefined);
  if (gone.length > 0) await redis.zrem(workersKey, ...gone);
  return found.filter(worker => worker !== undefined).sort(byStart);
}

async function readWorker(redis: RedisConnection, id: string): Promise<Worker | undefined> {
  const [text, leftMs] = await Promise.all([redis.get(heartbeatKey(id)), redis.pttl(heartbeatKey(id))]);
  if (text === null || leftMs < 0) return undefined;
  const heartbeat = heartbeatSchema.safeParse(JSON.parse(text));
  if (!heartbeat.success) return undefined;
  const ageMs = processLimits.workerForgottenMs - leftMs;
  return ageMs > processLimits.workerLostMs ? { ...heartbeat.data, state: 'lost' } : heartbeat.data;
}

function byStart(a: Worker, b: Worker): number {
  return a.started_at < b.started_at || (a.started_at === b.started_at && a.worker_id < b.worker_id) ? -1 : 1;
}
