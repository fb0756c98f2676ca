/** Messages that have ended are kept for a while, in bounded memory. */
import { queueLimits, queueNames, type TaskData } from '@gridmr/contracts';
import { connectRedis, messageOptions, openConsumer, openQueues, startQueueServer } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RecordedLog } from './recorded-log.js';
import { temporaryDirectory } from './temporary-directory.js';

const more = 50;
const atOnce = 1000;

describe('messages that have ended', function () {
  this.timeout(60_000);

  it('are kept up to a number, the oldest go first', async () => {
    const logger = new RecordedLog();
    await using directory = await temporaryDirectory();
    await using server = await startQueueServer({ dataDirectory: directory.path, logger });
    const connection = connectRedis(server.url, 'worker', logger);
    await using queues = openQueues(connection, { logger });
    const all = queueLimits.endedKeptMax + more;
    for (let first = 0; first < all; first += atOnce) {
      const added = Array.from({ length: Math.min(atOnce, all - first) }, (_, i) => ({
        name: 'task',
        data: { job_id: 'j', kind: 'map', index: first + i } as const,
        opts: { ...messageOptions(), jobId: `m-${first + i}` },
      }));
      await queues.tasks.addBulk(added);
    }
    const timing = { connection, logger, lockSeconds: 30, stalledCheckSeconds: 30 };
    const consumer = openConsumer<TaskData, { attempt: number }>(queueNames.tasks, async () => ({ attempt: 1 }), {
      ...timing,
      concurrency: 100,
    });
    await waitUntil(
      'the last message',
      async () =>
        (await queues.tasks.getJobCounts()).completed === queueLimits.endedKeptMax &&
        (await queues.tasks.count()) === 0,
    );
    await consumer.close();
    expect(await queues.tasks.getJob('m-0')).to.equal(undefined);
    expect(await queues.tasks.getJob(`m-${all - 1}`)).to.not.equal(undefined);
    connection.disconnect();
  });
});
