/** Redis is away for half a minute while a job runs: whoever needs it waits or is told at once, and nothing runs twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { healthSchema, type JobRequest, type Task } from '@gridmr/contracts';
import { connectRedis, createLogger, type QueueServer, startQueueServer } from '@gridmr/runtime';
import {
  type OracleResult,
  type PrivatePostgres,
  startPrivatePostgres,
  TemporaryDirectory,
  waitUntil,
} from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from '../end-to-end/started-stack.js';
import { refusesSubmission } from './refused-submission.js';
import { expectExact, hasEnded, mapTasks, prepareSlowJob, reduceTasks, slowJob, untilMoment } from './slow-job.js';

const jobMs = 180_000;
const awayMs = 30_000;
const hangsMs = 12_000;
const fullMs = 5000;

/** Each attempt that gets to its end has logged something. */
const loggingJob: JobRequest = {
  ...slowJob,
  map_function: `(line, ctx) => { ctx.log('at work'); return (${slowJob.map_function})(line); }`,
  reduce_function: `(word, ones, ctx) => { ctx.log('at work'); return (${slowJob.reduce_function})(word, ones); }`,
};

describe('a job whose Redis', function () {
  this.timeout(150_000);
  const logger = createLogger({ level: 'error', service: 'test' });
  let directory: TemporaryDirectory;
  let home: TemporaryDirectory;
  let server: QueueServer;
  let stack: StartedStack;
  let expected: OracleResult;

  before(async () => {
    directory = await TemporaryDirectory.create('outage');
    home = await TemporaryDirectory.create('outage-redis');
    expected = await prepareSlowJob(directory);
    server = await startQueueServer({ dataDirectory: home.path, logger, force: 'native' });
    stack = await startStack(directory, {
      GRIDMR_WORKERS: '2',
      GRIDMR_REDIS_URL: server.url,
      GRIDMR_LOG_LEVEL: 'info',
    });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await server?.stop();
    await directory?.[Symbol.asyncDispose]();
    await home?.[Symbol.asyncDispose]();
  });

  const submissionIsRefused = () =>
    refusesSubmission(stack.url, { code: 'queue_unavailable', detail: /does not answer/ });

  async function historyIsRead(jobId: string): Promise<void> {
    expect((await stack.client.job(jobId)).job_id).to.equal(jobId);
    expect((await fetch(`${stack.url}/api/v1/jobs`)).status).to.equal(200);
  }

  async function attemptsOf(jobId: string): Promise<string[]> {
    const tasks: Task[] = [];
    for await (const task of stack.client.allTasks(jobId)) tasks.push(task);
    return tasks.map(task => task.attempts.map(attempt => attempt.state).join());
  }

  /** The attempts that were at work, as their workers saw it: `<task> <attempt>`. What came of them is told at their end, however that was. */
  function attemptsAtWork(jobId: string): string[] {
    const told = stack.process.stderr.split('\n').filter(line => line.includes(jobId) && line.startsWith('{'));
    const lines = told.map(line => JSON.parse(line));
    const ended = lines.filter(({ source, message }) => source === 'program' || message === 'attempt stopped');
    return [...new Set(ended.map(({ task_id, attempt }) => `${task_id} ${attempt}`))];
  }

  it('is away for 30 s goes on with what it was at, and no task runs twice', async () => {
    const { job_id } = await stack.client.submit(loggingJob);
    await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
    const { port, password } = new URL(server.url);
    await server.stop();
    await submissionIsRefused();
    await historyIsRead(job_id);
    await delay(awayMs);
    await submissionIsRefused();
    const place = { port: Number(port), password };
    server = await startQueueServer({ dataDirectory: home.path, logger, force: 'native', place });
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, job, expected);
    const states = await waitUntil('news of every task', async () => {
      const told = await attemptsOf(job_id);
      return told.every(state => state.endsWith('committed')) && told;
    });
    expect(states.filter(state => !/^(lost,)?committed$/.test(state))).to.deep.equal([]);
    // A message that Redis gave away while it stopped, and whose worker never heard of it, is told as a lost attempt: nobody was at work then.
    const atWork = attemptsAtWork(job_id);
    expect(new Set(atWork.map(attempt => attempt.split(' ')[0]))).to.have.length(mapTasks + reduceTasks);
    expect(atWork).to.have.length(mapTasks + reduceTasks);
  });

  it('is full goes on when there is room, and the API says so meanwhile', async () => {
    const redis = connectRedis(server.url, 'worker', logger);
    try {
      const { job_id } = await stack.client.submit(slowJob);
      await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
      await redis.config('SET', 'maxmemory', '1');
      await refusesSubmission(stack.url, { code: 'queue_unavailable', detail: /Redis\) is full/ });
      const health = healthSchema.parse(await (await fetch(`${stack.url}/health/ready`)).json());
      expect(health.dependencies?.redis.detail).to.match(/is full/);
      await delay(fullMs);
      await redis.config('SET', 'maxmemory', '0');
      const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
      expectExact(directory, job, expected);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
      redis.disconnect();
    }
  });

  it('hangs for longer than a lock completes exactly, and the API never waits for it', async () => {
    const { job_id } = await stack.client.submit(slowJob);
    await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
    const pid = server.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      await submissionIsRefused();
      await submissionIsRefused();
      await historyIsRead(job_id);
      await delay(hangsMs);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, job, expected);
  });
});

describe('a job whose PostgreSQL is away', function () {
  this.timeout(150_000);
  let directory: TemporaryDirectory;
  let postgres: PrivatePostgres | undefined;
  let stack: StartedStack;

  before(async function () {
    postgres = await startPrivatePostgres();
    if (postgres === undefined) this.skip();
    directory = await TemporaryDirectory.create('database');
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await postgres?.[Symbol.asyncDispose]();
    await directory?.[Symbol.asyncDispose]();
  });

  it('runs to its end without it, and its history catches up', async () => {
    const database = postgres as PrivatePostgres;
    const expected = await prepareSlowJob(directory);
    stack = await startStack(directory, {
      GRIDMR_WORKERS: '2',
      GRIDMR_DATABASE_URL: database.url,
      GRIDMR_LOG_LEVEL: 'error',
    });
    const { job_id } = await stack.client.submit(slowJob);
    await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
    await database.stop('immediate');
    await refusesSubmission(stack.url, { code: 'database_unavailable', detail: /database does not answer/ });
    expect((await fetch(`${stack.url}/api/v1/jobs/${job_id}`)).status).to.equal(503);
    await waitUntil('the verdict', () => hasEnded(directory, job_id), { timeoutMs: jobMs });
    await database.start();
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, job, expected);
    await waitUntil('the whole history', async () => {
      const { tasks } = await stack.client.status(job_id);
      return tasks.map.completed === tasks.map.total && tasks.reduce.completed === tasks.reduce.total;
    });
  });
});
