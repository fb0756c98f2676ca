/**
 * Messages of a job are damaged in each way while no worker runs; then a worker starts, and nobody does anything else. The API
 * sweeps, the worker mends, and the job completes exactly.
 */
import { startApi } from '@gridmr/api';
import { GridmrClient } from '@gridmr/client';
import { eventStream, messageIds, type Plan, queueNames, queuePrefix, taskId } from '@gridmr/contracts';
import {
  connectRedis,
  createLogger,
  openQueues,
  type Queues,
  readSettings,
  type Settings,
  StopStack,
  startQueueServer,
} from '@gridmr/runtime';
import { JobStore, openFsStore } from '@gridmr/storage';
import { type OracleResult, StallMeter, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { createWorker } from '@gridmr/worker';
import { type Job as Message, UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'chai';
import { CommitWatch } from './commit-watch.js';
import { expectExact, prepareSlowJob, slowJob, untilCleanedUp, untilMoment } from './slow-job.js';

/** Back at work within 15 s, and a few seconds of work. */
const endMsMax = 20_000;
const jobMs = 60_000;
const token = 'damage';

describe('a job whose messages are damaged', function () {
  this.timeout(60_000);
  const logger = createLogger({ level: 'error', service: 'test' });
  const parts = new StopStack(logger);
  let directory: TemporaryDirectory;
  let settings: Settings;
  let redisUrl: string;
  let client: GridmrClient;
  let queues: Queues;
  let redis: ReturnType<typeof connectRedis>;
  let jobs: JobStore;
  let expected: OracleResult;

  before(async () => {
    directory = await TemporaryDirectory.create('damaged');
    expected = await prepareSlowJob(directory);
    const server = parts.use('queue server', await startQueueServer({ dataDirectory: directory.path, logger }));
    redisUrl = server.url;
    settings = readSettings({ GRIDMR_DATA_DIR: directory.path, GRIDMR_API_PORT: '0', GRIDMR_REDIS_URL: redisUrl });
    redis = connectRedis(redisUrl, 'worker', logger);
    parts.add('redis', () => redis.disconnect());
    queues = parts.use('queues', openQueues(redis, { logger }));
    jobs = new JobStore(await openFsStore(directory.path));
    const { host, port } = await startApi(settings, logger, parts);
    client = new GridmrClient({ baseUrl: `http://${host}:${port}` });
  });
  after(async () => {
    await parts.stop();
    await directory[Symbol.asyncDispose]();
  });

  /** A job whose map phase a worker has begun, and left. */
  async function begunJob(committed: number): Promise<{ id: string; plan: Plan; commits: CommitWatch }> {
    const { job_id: id } = await client.submit(slowJob);
    const commits = new CommitWatch(directory, id);
    const worker = await createWorker(settings, redisUrl, logger);
    await untilMoment(directory, id, { phase: 'map', committed });
    await worker.stop();
    const plan = await jobs.readPlan(id);
    if (plan === undefined) throw new Error('the job ended too early');
    return { id, plan, commits };
  }

  /** Takes a message as a worker does, and ends it. */
  async function take(queue: 'control' | 'tasks', end: (message: Message) => Promise<unknown>): Promise<void> {
    const options = { connection: { url: redisUrl }, prefix: queuePrefix, autorun: false };
    const taker = new Worker(queueNames[queue], null, options);
    try {
      await end(await waitUntil('the message', () => taker.getNextJob(token, { block: false })));
    } finally {
      await taker.close();
    }
  }

  const tasksOf = ({ job_id, map_tasks }: Plan) =>
    Array.from({ length: map_tasks }, (_, index) => taskId(job_id, 'map', index));

  const removeTasks = async (plan: Plan) => {
    for (const id of tasksOf(plan)) await queues.tasks.remove(id);
  };

  const damages: Record<string, (plan: Plan) => Promise<unknown>> = {
    'vanished, all of them': () => redis.flushall(),
    'vanished, but for those of the tasks': ({ job_id }) =>
      queues.control.remove(messageIds.mapBarrier(job_id), { removeChildren: false }),
    'of tasks vanished': async plan => {
      for (const id of tasksOf(plan)) {
        await redis.zrem(queues.tasks.toKey('prioritized'), id);
        await redis.del(queues.tasks.toKey(id));
      }
    },
    'were added by half': async ({ job_id }) => {
      await redis.flushall();
      const hold = { name: 'hold', queueName: queueNames.hold, opts: { jobId: messageIds.hold(job_id, 'map') } };
      await queues.flows.add({
        name: 'map-barrier',
        queueName: queueNames.control,
        data: { job_id },
        opts: { jobId: messageIds.mapBarrier(job_id) },
        children: [hold],
      });
    },
    'of a task failed, and with it the barrier': () =>
      take('tasks', task => task.moveToFailed(new UnrecoverableError('gone wrong'), token, false)),
    'of tasks were removed, which released the barrier early': removeTasks,
    'of the barrier completed while tasks are not': async plan => {
      await removeTasks(plan);
      await take('control', barrier => barrier.moveToCompleted(undefined, token, false));
    },
    'stand, but the news is lost': () => redis.del(eventStream),
  };

  for (const [what, damage] of Object.entries(damages)) {
    it(`${what}: completes exactly, and repeats no committed task`, async () => {
      const { id, plan, commits } = await begunJob(4);
      using _watch = commits;
      await damage(plan);
      using clock = new StallMeter();
      const worker = await createWorker(settings, redisUrl, logger);
      try {
        const job = await client.waitFor(id, { signal: AbortSignal.timeout(jobMs) });
        expect(clock.ranMs).to.be.lessThan(endMsMax);
        expectExact(directory, job, expected);
        expect(await commits.expectNoRepetition(client)).to.be.at.least(4);
        expect(job.input).to.deep.include({ files: 1 });
        await untilCleanedUp(directory, id);
      } finally {
        await worker.stop();
      }
    });
  }
});
