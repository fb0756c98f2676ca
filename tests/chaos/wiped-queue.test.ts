/**
 * Redis loses all it knows while a job runs, again and again, spread over all phases: every job completes exactly, soon, and no
 * committed task runs twice. `GRIDMR_TEST_WIPES` says how often; the seed decides at which moments.
 */
import { connectRedis, createLogger, type QueueServer, startQueueServer } from '@gridmr/runtime';
import { type OracleResult, StallMeter, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from '../end-to-end/started-stack.js';
import { CommitWatch } from './commit-watch.js';
import {
  describeMoment,
  expectExact,
  hasEnded,
  momentsOf,
  prepareSlowJob,
  slowJob,
  untilCleanedUp,
  untilMoment,
} from './slow-job.js';

const wipes = Number(process.env.GRIDMR_TEST_WIPES ?? 20);
const phasesOfOneJob = 6;
const jobMs = 120_000;
/** From the loss to the end of the job: back at work within 15 s, and a few seconds of work. */
const endMsMax = 25_000;

describe(`a job whose queue is wiped (${wipes} times)`, function () {
  this.timeout(60_000);
  const logger = createLogger({ level: 'error', service: 'test' });
  let directory: TemporaryDirectory;
  let home: TemporaryDirectory;
  let server: QueueServer;
  let redis: ReturnType<typeof connectRedis>;
  let stack: StartedStack;
  let expected: OracleResult;
  const endMs: number[] = [];
  let hits = 0;
  let tasksSeen = 0;

  before(async () => {
    directory = await TemporaryDirectory.create('wiped');
    home = await TemporaryDirectory.create('wiped-redis');
    expected = await prepareSlowJob(directory);
    server = await startQueueServer({ dataDirectory: home.path, logger });
    redis = connectRedis(server.url, 'worker', logger);
    stack = await startStack(directory, { GRIDMR_WORKERS: '2', GRIDMR_REDIS_URL: server.url });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    redis?.disconnect();
    await server?.stop();
    await directory?.[Symbol.asyncDispose]();
    await home?.[Symbol.asyncDispose]();
    const most = Math.round(Math.max(...endMs));
    process.stdout.write(`      ${endMs.length} wipes, ${hits} before the verdict; at most ${most} ms to the end
`);
    process.stdout.write(`      ${tasksSeen} commits were seen while jobs ran, none of them was repeated
`);
  });

  for (const [i, moment] of momentsOf(wipes).entries()) {
    it(`${i + 1}: in ${describeMoment(moment)}`, async () => {
      const { job_id } = await stack.client.submit(slowJob);
      using commits = new CommitWatch(directory, job_id);
      await untilMoment(directory, job_id, moment);
      using clock = new StallMeter();
      await redis.flushall();
      if (!hasEnded(directory, job_id)) hits++;
      const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
      endMs.push(clock.ranMs);
      expectExact(directory, job, expected);
      tasksSeen += await commits.expectNoRepetition(stack.client);
      await untilCleanedUp(directory, job_id);
      expect(clock.ranMs).to.be.lessThan(endMsMax);
    });
  }

  it('may be wiped in each phase of one job, while others wait', async () => {
    const { job_id } = await stack.client.submit(slowJob);
    const others = await Promise.all([slowJob, slowJob].map(job => stack.client.submit(job)));
    for (const moment of momentsOf(phasesOfOneJob)) {
      await untilMoment(directory, job_id, moment);
      await redis.flushall();
    }
    for (const id of [job_id, ...others.map(other => other.job_id)]) {
      const job = await stack.client.waitFor(id, { signal: AbortSignal.timeout(jobMs) });
      expectExact(directory, job, expected);
    }
  });
});
