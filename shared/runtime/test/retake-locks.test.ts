/** Over a real BullMQ: the script knows its keys, and this notices if they change. */
import { setTimeout as delay } from 'node:timers/promises';
import { openConsumer, openQueues } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { openPrivateRedis, type PrivateRedis } from './private-redis.js';
import { RecordedLog } from './recorded-log.js';

describe('a lock that has run out', function () {
  this.timeout(60_000);
  const log = new RecordedLog();
  const data = { job_id: 'j', kind: 'map', index: 0 } as const;
  let place: PrivateRedis;
  let redis: PrivateRedis['redis'];

  before(async () => {
    place = await openPrivateRedis(log);
    redis = place.redis;
  });
  after(() => place?.[Symbol.asyncDispose]());
  beforeEach(() => redis.flushall());

  /** A message is at work until `finish` is called, and loses its lock to `lose`. Returns what became of it. */
  async function atWork(lose: (lockKey: string) => Promise<unknown>, runs: () => void) {
    await using queues = openQueues(redis, { logger: log });
    const { id = '' } = await queues.tasks.add('map', data, { attempts: 1 });
    let finish: () => void = () => undefined;
    const finished = new Promise<void>(resolve => {
      finish = resolve;
    });
    let isAborted = false;
    const consumer = openConsumer(
      'tasks',
      async (_message, _token, signal) => {
        runs();
        signal.addEventListener('abort', () => {
          isAborted = true;
        });
        await finished;
        return { attempt: 1 };
      },
      { connection: redis, logger: log, concurrency: 1, lockSeconds: 2, stalledCheckSeconds: 600 },
    );
    const lockKey = `{gridmr}:tasks:${id}:lock`;
    await waitUntil('the lock', async () => (await redis.exists(lockKey)) === 1);
    await lose(lockKey);
    await waitUntil('the next renewal', async () => isAborted || (await redis.exists(lockKey)) === 1);
    await delay(100);
    finish();
    const state = isAborted
      ? 'stopped'
      : await waitUntil('the end', async () => {
          const now = await queues.tasks.getJobState(id);
          return now === 'active' ? undefined : now;
        });
    await consumer.close();
    return state;
  }

  it('is taken again by the worker that is still at the message, which then completes it', async () => {
    let runs = 0;
    const state = await atWork(
      lockKey => redis.del(lockKey),
      () => runs++,
    );
    expect([state, runs]).to.deep.equal(['completed', 1]);
  });

  it('is taken again if the message was put back, and nobody has begun it', async () => {
    const state = await atWork(
      async lockKey => {
        const id = lockKey.split(':').at(-2) ?? '';
        await redis.del(lockKey);
        await redis.multi().lrem('{gridmr}:tasks:active', 1, id).rpush('{gridmr}:tasks:wait', id).exec();
      },
      () => undefined,
    );
    expect(state).to.equal('completed');
  });

  it('is not, if another worker has it', async () => {
    const state = await atWork(
      lockKey => redis.set(lockKey, 'another', 'PX', 60_000).then(() => delay(1500)),
      () => undefined,
    );
    expect(state).to.equal('stopped');
  });

  it('is not, if the message is gone from where it was', async () => {
    const state = await atWork(
      async lockKey => {
        await redis
          .multi()
          .del(lockKey)
          .lrem('{gridmr}:tasks:active', 1, lockKey.split(':').at(-2) ?? '')
          .exec();
      },
      () => undefined,
    );
    expect(state).to.equal('stopped');
  });
});
