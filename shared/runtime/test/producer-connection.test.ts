import { setTimeout } from 'node:timers/promises';
import { queueLimits } from '@gridmr/contracts';
import { isConnectionError, openProducer, startQueueServer } from '@gridmr/runtime';
import { StallMeter } from '@gridmr/testkit';
import { expect } from 'chai';
import { RecordedLog } from './recorded-log.js';
import { temporaryDirectory } from './temporary-directory.js';

const failsWithinMs = 3000;
const slackMs = 500;

describe('a producer', function () {
  this.timeout(120_000);
  const data = { job_id: 'j', kind: 'map', index: 0 } as const;

  async function failure(add: () => Promise<unknown>): Promise<unknown> {
    using clock = new StallMeter();
    const outcome = await add().catch((error: unknown) => error);
    expect(clock.ranMs).to.be.below(failsWithinMs);
    return outcome;
  }

  it('waits for a Redis that is slow to answer at first, and is not spoilt by it', async () => {
    const log = new RecordedLog();
    await using directory = await temporaryDirectory();
    await using server = await startQueueServer({ dataDirectory: directory.path, logger: log, force: 'embedded' });
    const pid = server.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    const opening = openProducer(server.url, log);
    await setTimeout(queueLimits.commandTimeoutMs + slackMs);
    process.kill(pid, 'SIGCONT');
    await using producer = await opening;
    await producer.queues.tasks.add('task', data);
    expect(await producer.queues.tasks.count()).to.equal(1);
  });

  it('fails fast when Redis hangs, and when it is gone, and works again when it is back', async () => {
    const log = new RecordedLog();
    await using directory = await temporaryDirectory();
    await using server = await startQueueServer({ dataDirectory: directory.path, logger: log, force: 'embedded' });
    await using producer = await openProducer(server.url, log);
    const { redis, queues } = producer;
    const pid = server.pid ?? 0;
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
  });
});
