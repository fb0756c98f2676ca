import { connectRedis, isConnectionError, openQueues, startQueueServer } from '@gridmr/runtime';
import { expect } from 'chai';
import { RecordedLog } from './recorded-log.js';
import { temporaryDirectory } from './temporary-directory.js';

const failsWithinMs = 3000;

describe('a producer', function () {
  this.timeout(120_000);
  const data = { job_id: 'j', kind: 'map', index: 0 } as const;

  async function failure(add: () => Promise<unknown>): Promise<unknown> {
    const start = performance.now();
    const outcome = await add().catch((error: unknown) => error);
    expect(performance.now() - start).to.be.below(failsWithinMs);
    return outcome;
  }

  it('fails fast when there is no Redis from the beginning', async () => {
    const log = new RecordedLog();
    const redis = connectRedis('redis://127.0.0.1:1', 'producer', log);
    const queues = openQueues(redis, { logger: log });
    const outcome = await failure(() => queues.tasks.add('task', data));
    redis.disconnect();
    await queues.close();
    expect(isConnectionError(outcome), String(outcome)).to.equal(true);
  });

  it('fails fast when Redis hangs, and when it is gone, and works again when it is back', async () => {
    const log = new RecordedLog();
    await using directory = await temporaryDirectory();
    await using server = await startQueueServer({ dataDirectory: directory.path, logger: log, force: 'embedded' });
    const redis = connectRedis(server.url, 'producer', log);
    const queues = openQueues(redis, { logger: log });
    const pid = server.pid ?? 0;
    try {
      await queues.tasks.add('task', data);

      process.kill(pid, 'SIGSTOP');
      const flow = {
        name: 'barrier',
        queueName: 'control',
        data: {},
        children: [{ name: 'child', queueName: 'tasks' }],
      };
      const outcomes = await Promise.all([
        failure(() => queues.tasks.add('task', data)),
        failure(() => queues.flows.add(flow)),
        failure(() => redis.ping()),
      ]);
      process.kill(pid, 'SIGCONT');
      for (const outcome of outcomes) expect(isConnectionError(outcome), String(outcome)).to.equal(true);
      await queues.tasks.add('task', data);

      await server.stop();
      expect(isConnectionError(await failure(() => queues.tasks.add('task', data)))).to.equal(true);
      expect(isConnectionError(await failure(() => queues.flows.add(flow)))).to.equal(true);
      const lines = log.lines.filter(line => line.message.startsWith('Redis is not reachable'));
      expect(lines.length).to.be.at.most(1);
    } finally {
      redis.disconnect();
      await queues.close();
    }
  });
});
