/** Over a real BullMQ: the script knows its keys, and this notices if they change. */
import { giveUpLocks, openConsumer, openQueues } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { openPrivateRedis, type PrivateRedis } from './private-redis.js';
import { RecordedLog } from './recorded-log.js';

/** Nothing in this test lives so long. */
const lockSeconds = 600;
const stalledCheckSeconds = 1;

describe('the locks of a worker that is known to be dead', function () {
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

  function consume(name: string, at: (id: string) => Promise<void>) {
    const process = async ({ id = '' }: { id?: string | undefined }) => {
      await at(id);
      return { attempt: 1 };
    };
    const timing = { lockSeconds, stalledCheckSeconds };
    return openConsumer('tasks', process, { connection: redis, logger: log, concurrency: 1, name, ...timing });
  }

  it('are given up: another worker has its message within two looks, and it counts as stalled once', async () => {
    await using queues = openQueues(redis, { logger: log });
    const { id: lost = '' } = await queues.tasks.add('map', data, { attempts: 1 });
    const dead = consume('dead', () => new Promise(() => undefined));
    await waitUntil('the lock', async () => (await redis.exists(`{gridmr}:tasks:${lost}:lock`)) === 1);
    const { id: held = '' } = await queues.tasks.add('map', data, { attempts: 1 });
    let release: () => void = () => undefined;
    const isReleased = new Promise<void>(resolve => {
      release = resolve;
    });
    const begun: string[] = [];
    const alive = consume('alive', async id => {
      begun.push(id);
      if (id === held) await isReleased;
    });
    try {
      await waitUntil('the other message', () => begun.length === 1);
      expect(await giveUpLocks(redis, 'nobody')).to.equal(0);
      expect(await giveUpLocks(redis, 'dead')).to.equal(1);
      const waits = async () => (await queues.tasks.getJobState(lost)) === 'waiting';
      await waitUntil('that it was put back', waits, { timeoutMs: 2 * stalledCheckSeconds * 1000 + 1000 });
      release();
      await waitUntil('its end', async () => (await queues.tasks.getJobState(lost)) === 'completed');
      expect(begun).to.deep.equal([held, lost]);
      expect((await queues.tasks.getJob(lost))?.stalledCounter).to.equal(1);
      expect((await queues.tasks.getJob(held))?.stalledCounter).to.equal(0);
    } finally {
      release();
      await alive.close();
      await dead.close(true);
    }
  });
});
