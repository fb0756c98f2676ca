/** A cancel of a job with ten thousand queued tasks, each with a message of its own or in bundles: attempts stop at once, and Redis answers others meanwhile. */
import {
  connectRedis,
  createLogger,
  openQueues,
  type QueueServer,
  type Queues,
  startQueueServer,
} from '@gridmr/runtime';
import { needsRunningMachine, StallMeter, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from './running-stack.js';

const tasks = 10_000;
const probeMs = 5;
const stopMsMax = 2000;
const answerMsMax = 500;
const pingMsMax = 100;
const baselineMs = 3000;

/** The longest that a PING had to wait for Redis, without the time in which nobody on this machine could run. */
async function longestPing(redis: ReturnType<typeof connectRedis>, stop: AbortSignal): Promise<number> {
  let longestMs = 0;
  while (!stop.aborted) {
    using clock = new StallMeter();
    await redis.ping();
    longestMs = Math.max(longestMs, clock.ranMs);
    await new Promise(resolve => setTimeout(resolve, probeMs));
  }
  return longestMs;
}

describe('cancelling a job of 10,000 queued tasks', function () {
  this.timeout(240_000);
  const logger = createLogger({ level: 'error', service: 'test' });
  let home: TemporaryDirectory;
  let server: QueueServer;
  let redis: ReturnType<typeof connectRedis>;
  let queues: Queues;
  let stack: RunningStack;

  before(async function () {
    needsRunningMachine(this);
    home = await TemporaryDirectory.create('cancel-redis');
    server = await startQueueServer({ dataDirectory: home.path, logger });
    redis = connectRedis(server.url, 'worker', logger);
    queues = openQueues(redis, { logger });
    stack = await RunningStack.start({ workers: 2, env: { GRIDMR_REDIS_URL: server.url } });
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await queues?.close();
    redis?.disconnect();
    await server?.stop();
    await home?.[Symbol.asyncDispose]();
  });

  const messages = () => queues.tasks.getJobCountByTypes('prioritized', 'waiting', 'delayed', 'active', 'failed');

  for (const [how, lineBytes] of [
    ['each with a message of its own', 4200],
    ['in bundles', 16],
  ] as const) {
    it(`${how}: attempts stop within 2 s, messages and files go, and no PING waits for 100 ms`, async () => {
      await stack.directory.write('lines.txt', `${'x'.repeat(lineBytes - 1)}\n`.repeat(tasks));
      const { job_id } = await stack.client.submit({
        name: 'to be cancelled',
        input_file: 'lines.txt',
        split_size_mb: lineBytes / 1024 / 1024,
        map_function: '(line, ctx) => { for (let i = 0; i < 1e9; i++); ctx.emit(line.length, 1); }',
        reduce_function: '(key, values) => [key, values.reduce((a, b) => a + b, 0)]',
      });
      const isFlowWhole = async () => (await queues.hold.getJobState(`${job_id}-map-hold`)) === 'unknown';
      await waitUntil(
        'all to be queued',
        async () => (await queues.tasks.getActiveCount()) > 0 && (await isFlowWhole()),
        { timeoutMs: 120_000 },
      );
      // News of what runs is told after a moment.
      await waitUntil('news of attempts', async () => (await stack.client.status(job_id)).tasks.map.running > 0);
      // What the machine and the work itself let a PING wait for.
      const beforeMs = await longestPing(redis, AbortSignal.timeout(baselineMs));
      const stop = new AbortController();
      const probing = longestPing(redis, stop.signal);
      const cancelledAtMs = Date.now();
      using clock = new StallMeter();
      await stack.client.cancel(job_id);
      const answeredMs = clock.ranMs;
      await waitUntil('all messages to go', async () => (await messages()) === 0, { timeoutMs: 120_000 });
      stop.abort();
      const { items } = await stack.client.tasks(job_id, { kind: 'map', limit: 1000 });
      const stopped = items.flatMap(task => task.attempts.filter(attempt => attempt.state === 'cancelled'));
      expect(stopped).not.to.deep.equal([]);
      const stoppedMs = Math.max(...stopped.map(attempt => Date.parse(attempt.finished_at ?? ''))) - cancelledAtMs;
      const pingMs = await probing;
      process.stdout.write(
        `      answered after ${answeredMs.toFixed(0)} ms, attempts stopped after ${stoppedMs} ms, a PING waited ${pingMs.toFixed(0)} ms (${beforeMs.toFixed(0)} ms before)\n`,
      );
      expect(answeredMs).to.be.lessThan(answerMsMax);
      expect(stoppedMs).to.be.lessThan(stopMsMax + clock.stalledMs);
      expect(pingMs).to.be.lessThan(pingMsMax + beforeMs);
    });
  }
});
