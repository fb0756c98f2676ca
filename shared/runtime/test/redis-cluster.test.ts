/** Consumers while nodes of a Redis Cluster are away for so long that the others call the whole Cluster down. */
import { setTimeout as delay } from 'node:timers/promises';
import { queueLimits, type TaskData } from '@gridmr/contracts';
import { connectRedis, openConsumer, openQueues, StopStack } from '@gridmr/runtime';
import { type RedisCluster, redisPrograms, startRedisCluster, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RecordedLog } from './recorded-log.js';

const consumers = 4;
const secondMs = 1000;
/** BullMQ gives up an idle read that is a second late, and connects anew: more than twice meanwhile. */
const outageMs = 3 * (queueLimits.idleLookMs + secondMs);
const backMs = 15 * secondMs;

describe('consumers of a Redis Cluster', function () {
  this.timeout(90_000);
  let logger: RecordedLog;
  let cluster: RedisCluster;
  let parts: StopStack;

  before(async function () {
    if (redisPrograms() === undefined) this.skip();
    cluster = await startRedisCluster();
  });
  beforeEach(() => {
    logger = new RecordedLog();
    parts = new StopStack(logger);
  });
  afterEach(() => parts?.stop());
  after(() => cluster?.[Symbol.asyncDispose]());

  for (const which of ['the node that has its messages', 'all nodes']) {
    it(`go on, all of them, when ${which} went away and came back without memory`, async () => {
      const url = `redis+cluster://${cluster.nodes.map(node => node.address).join()}`;
      const redis = connectRedis(url, 'worker', logger);
      parts.add('redis', () => redis.disconnect());
      const queues = parts.use('queues', openQueues(redis, { logger }));
      const working = new Set<number>();
      for (let each = 0; each < consumers; each++) {
        const take = async () => void working.add(each);
        const consumer = openConsumer('tasks', take, { connection: redis, logger, concurrency: 1 });
        parts.add('consumer', () => consumer.close());
      }
      const allWork = () =>
        waitUntil(
          'each consumer to take a message',
          async () => {
            await queues.tasks.addBulk(
              Array.from({ length: consumers }, () => ({ name: 'map', data: {} as TaskData })),
            );
            return working.size === consumers;
          },
          { timeoutMs: backMs },
        );
      await allWork();
      const gone = which === 'all nodes' ? cluster.nodes : [await cluster.ownerOf(queues.tasks.keys.meta ?? '')];
      for (const node of gone) await node.crash();
      await delay(outageMs);
      working.clear();
      for (const node of gone) await node.start();
      await allWork();
      expect(logger.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
    });
  }
});
