/**
 * Jobs are cancelled in every phase and retried: the cancel stops attempts within two seconds and leaves nothing but what is committed; the retry
 * completes the job exactly, without repeating what was committed, also when Redis is wiped in between and when the API is killed half-way.
 */
import { existsSync, readdirSync } from 'node:fs';
import { ApiError } from '@gridmr/client';
import { type Job, jobFiles } from '@gridmr/contracts';
import {
  connectRedis,
  createLogger,
  openQueues,
  type QueueServer,
  type Queues,
  startQueueServer,
} from '@gridmr/runtime';
import { type OracleResult, StallMeter, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from '../end-to-end/started-stack.js';
import { CommitWatch } from './commit-watch.js';
import {
  describeMoment,
  expectExact,
  type Moment,
  momentsOf,
  prepareSlowJob,
  slowJob,
  untilMoment,
} from './slow-job.js';

const rounds = Number(process.env.GRIDMR_TEST_CANCELS ?? 12);
const jobMs = 120_000;
const stopMsMax = 2000;
const wipedEvery = 3;

describe(`a job that is cancelled and retried (${rounds} times)`, function () {
  this.timeout(120_000);
  const logger = createLogger({ level: 'error', service: 'test' });
  let directory: TemporaryDirectory;
  let home: TemporaryDirectory;
  let server: QueueServer;
  let redis: ReturnType<typeof connectRedis>;
  let queues: Queues;
  let stack: StartedStack;
  let expected: OracleResult;
  let cancelled = 0;
  let kept = 0;

  before(async () => {
    directory = await TemporaryDirectory.create('cancelled');
    home = await TemporaryDirectory.create('cancelled-redis');
    expected = await prepareSlowJob(directory);
    server = await startQueueServer({ dataDirectory: home.path, logger });
    redis = connectRedis(server.url, 'worker', logger);
    queues = openQueues(redis, { logger });
    stack = await startStack(directory, { GRIDMR_WORKERS: '2', GRIDMR_REDIS_URL: server.url });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await queues?.close();
    redis?.disconnect();
    await server?.stop();
    await directory?.[Symbol.asyncDispose]();
    await home?.[Symbol.asyncDispose]();
    process.stdout.write(
      `      ${cancelled} cancels came before the end; ${kept} commits were seen, none of them was repeated\n`,
    );
  });

  async function messagesOf(id: string): Promise<string[]> {
    const { control, tasks, hold } = queues;
    const messages = (await Promise.all([control, tasks, hold].map(queue => queue.getJobs()))).flat();
    return messages
      .filter(message => message?.data.job_id === id && message.name !== 'plan')
      .map(message => message?.id ?? '');
  }

  /** Returns false if the job had completed before. */
  async function cancel(id: string): Promise<boolean> {
    using clock = new StallMeter();
    try {
      await stack.client.cancel(id);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'already_finished') return false;
      throw error;
    }
    await waitUntil('its attempts to stop', async () => {
      const active = await queues.tasks.getActive();
      return !active.some(message => message?.data.job_id === id);
    });
    expect(clock.ranMs).to.be.lessThan(stopMsMax);
    return true;
  }

  /** Nothing of it is in the queue or in its output, and on the shared directory no more than a retry needs. */
  async function expectTidy(job: Job): Promise<void> {
    await waitUntil('its messages to go', async () => (await messagesOf(job.job_id)).length === 0);
    const own = directory.resolve(jobFiles.directory(job.job_id));
    const files = () => readdirSync(own, { recursive: true }).map(String);
    const attempts = () => files().filter(name => /\.a\d+-|\.tmp$/.test(name));
    const records = () =>
      new Set(
        files()
          .filter(name => /[mr]-\d+\.json$/.test(name))
          .map(name => name.replace('.json', '')),
      );
    await waitUntil('uncommitted files to go', () => attempts().every(name => records().has(name.split('.')[0] ?? '')));
    const output = directory.resolve(job.spec.output_path);
    await waitUntil('its output to go', () => !existsSync(output) || readdirSync(output).length === 0);
  }

  async function cancelAndRetry(moment: Moment, between: () => Promise<void>): Promise<void> {
    const { job_id } = await stack.client.submit(slowJob);
    using commits = new CommitWatch(directory, job_id);
    await untilMoment(directory, job_id, moment);
    if (!(await cancel(job_id))) return;
    cancelled++;
    await expectTidy(await stack.client.job(job_id));
    await stack.client.retry(job_id);
    await between();
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, job, expected);
    kept += await commits.expectNoRepetition(stack.client);
  }

  for (const [i, moment] of momentsOf(rounds).entries()) {
    const isWiped = i % wipedEvery === 1;
    it(`${i + 1}: in ${describeMoment(moment)}${isWiped ? ', with Redis wiped behind the retry' : ''}`, () =>
      cancelAndRetry(moment, async () => {
        if (isWiped) await redis.flushall();
      }));
  }

  it('is retried at once, while its attempts still stop', async () => {
    const { job_id } = await stack.client.submit(slowJob);
    await untilMoment(directory, job_id, { phase: 'map', committed: 4 });
    for (let again = 0; again < 3; again++) {
      await stack.client.cancel(job_id);
      await stack.client.retry(job_id);
    }
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expect(job.run).to.equal(4);
    expectExact(directory, job, expected);
  });
});
