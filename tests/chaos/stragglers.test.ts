/**
 * Tasks that take far longer than their siblings: a second attempt overtakes them, within its bounds, whatever dies meanwhile; and the output is what
 * it is without any of this.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { connectRedis, createLogger, type QueueServer, startQueueServer } from '@gridmr/runtime';
import { needsRunningMachine, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from '../end-to-end/running-stack.js';
import {
  attemptsOf,
  describeAttempts,
  endedAfterMs,
  expectComplete,
  type Straggling,
  stragglingJob,
  untilTidy,
  workerOf,
} from './straggling-job.js';

const jobMs = 60_000;
/** From the winner's commit to the end of the loser, and to what waits for the task. */
const stoppedMsMax = 2_000;
/** Long enough for several looks for stragglers, once nothing else is at work. */
const unchangedMs = 4_000;
const straggler = 7;

describe('a straggler', function () {
  this.timeout(90_000);
  const logger = createLogger({ level: 'error', service: 'test' });
  let home: TemporaryDirectory;
  let server: QueueServer;
  let redis: ReturnType<typeof connectRedis>;
  let stack: RunningStack;
  const frozen = new Set<number>();

  before(async function () {
    needsRunningMachine(this);
    home = await TemporaryDirectory.create('stragglers-redis');
    server = await startQueueServer({ dataDirectory: home.path, logger });
    redis = connectRedis(server.url, 'worker', logger);
    stack = await RunningStack.start({ workers: 4, env: { GRIDMR_REDIS_URL: server.url } });
    // The first attempts of a new thread take longer than any other.
    await stack.run(await stragglingJob(stack, { phase: 'reduce', tasks: 40, stragglers: [] }));
  });
  afterEach(() => {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    frozen.clear();
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    redis?.disconnect();
    await server?.stop();
    await home?.[Symbol.asyncDispose]();
  });

  const finished = (jobId: string) => stack.client.waitFor(jobId, { signal: AbortSignal.timeout(jobMs) });

  for (const phase of ['map', 'reduce'] as const) {
    it(`of the ${phase} phase is overtaken, and stopped within 2 s of the commit`, async () => {
      const what: Straggling = { phase, tasks: 40, stragglers: [straggler] };
      const job = await stack.run(await stragglingJob(stack, what));
      await expectComplete(stack, job, what);
      expect(job.counters.speculative_attempts).to.be.within(1, 4);
      const attempts = await waitUntil('the end of the loser', async () => {
        const all = await attemptsOf(stack, job.job_id, phase, straggler);
        return all.every(({ state }) => state !== 'running') && all;
      });
      expect(describeAttempts(attempts)).to.equal('1 cancelled, 2 committed speculative');
      expect(endedAfterMs(attempts[1], attempts[0])).to.be.below(stoppedMsMax);
      await untilTidy(stack, job.job_id);
    });
  }

  it('among tiny tasks that share messages is overtaken too', async () => {
    const what: Straggling = { phase: 'map', tasks: 400, stragglers: [51] };
    const job = await stack.run(await stragglingJob(stack, what));
    await expectComplete(stack, job, what);
    expect(describeAttempts(await attemptsOf(stack, job.job_id, 'map', 51))).to.match(/2 committed speculative$/);
  });

  for (const phase of ['map', 'reduce'] as const) {
    it(`whose worker is frozen in the ${phase} phase does not keep its job from going on`, async () => {
      const what: Straggling = { phase, tasks: 40, stragglers: [straggler] };
      const { job_id } = await stack.client.submit(await stragglingJob(stack, what));
      const pid = await workerOf(stack, job_id, phase, straggler, 1);
      process.kill(pid, 'SIGSTOP');
      frozen.add(pid);
      const job = await finished(job_id);
      await expectComplete(stack, job, what);
      const [first, second] = await attemptsOf(stack, job_id, phase, straggler);
      expect(second).to.include({ attempt: 2, state: 'committed', speculative: true });
      expect(Date.parse(job.finished_at ?? '') - Date.parse(second?.finished_at ?? '')).to.be.below(stoppedMsMax);
      expect(first?.state).to.equal('running');
      process.kill(pid, 'SIGCONT');
      frozen.delete(pid);
      await waitUntil(
        'its end',
        async () => (await attemptsOf(stack, job_id, phase, straggler))[0]?.state !== 'running',
      );
      await untilTidy(stack, job_id);
    });
  }

  it('is one of at most a tenth of the tasks that are begun a second time', async () => {
    const what: Straggling = { phase: 'map', tasks: 20, stragglers: [3, 7, 11] };
    const { job_id } = await stack.client.submit(await stragglingJob(stack, what));
    const begunTwice = async () => (await stack.client.job(job_id)).counters.speculative_attempts;
    await waitUntil('two of them to be begun again', async () => (await begunTwice()) === 2);
    await waitUntil('their commits', async () => (await stack.client.status(job_id)).tasks.map.completed >= 18);
    await stays(async () => {
      expect(await begunTwice()).to.equal(2);
    });
    await stack.client.cancel(job_id);
    expect((await finished(job_id)).status).to.equal('cancelled');
  });

  it('of a job with speculative: false is left alone', async () => {
    const what: Straggling = { phase: 'map', tasks: 40, stragglers: [straggler] };
    const { job_id } = await stack.client.submit({ ...(await stragglingJob(stack, what)), speculative: false });
    await waitUntil('its siblings', async () => (await stack.client.status(job_id)).tasks.map.completed === 39);
    const told = async () => describeAttempts(await attemptsOf(stack, job_id, 'map', straggler));
    await waitUntil('its attempt', async () => (await told()) !== '');
    await stays(async () => {
      expect(await told()).to.equal('1 running');
    });
    await stack.client.cancel(job_id);
    expect((await finished(job_id)).counters.speculative_attempts).to.equal(0);
  });

  it('is begun once more if the worker of its second attempt dies', async () => {
    const what: Straggling = { phase: 'map', tasks: 40, stragglers: [straggler], attempts: 2 };
    const { job_id } = await stack.client.submit(await stragglingJob(stack, what));
    process.kill(await workerOf(stack, job_id, 'map', straggler, 2), 'SIGKILL');
    const job = await finished(job_id);
    await expectComplete(stack, job, what);
    expect(job.counters.lost_attempts).to.equal(1);
    const attempts = await attemptsOf(stack, job_id, 'map', straggler);
    expect(describeAttempts(attempts)).to.match(/^1 \w+, 2 lost speculative, 3 committed speculative$/);
  });

  it('and its second attempt may both be forgotten by Redis', async () => {
    const what: Straggling = { phase: 'map', tasks: 40, stragglers: [straggler], attempts: 2 };
    const { job_id } = await stack.client.submit(await stragglingJob(stack, what));
    await workerOf(stack, job_id, 'map', straggler, 2);
    await redis.flushall();
    const job = await finished(job_id);
    await expectComplete(stack, job, what);
    const attempts = await attemptsOf(stack, job_id, 'map', straggler);
    expect(attempts.filter(({ state }) => state === 'committed')).to.have.length(1);
    expect(attempts.find(({ state }) => state === 'committed')?.attempt).to.be.above(2);
    await untilTidy(stack, job_id);
  });

  /** Asks again and again for a while. */
  async function stays(holds: () => Promise<void>): Promise<void> {
    for (const endMs = performance.now() + unchangedMs; performance.now() < endMs; ) {
      await holds();
      await delay(unchangedMs / 20);
    }
  }
});
