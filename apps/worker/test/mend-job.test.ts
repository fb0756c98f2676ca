/** A job's messages, damaged in each way, and mended. No consumer runs: what is queued stays there to be looked at. */
import {
  type AskedJob,
  messageIds,
  queueNames,
  queuePrefix,
  taskId,
  type Verdict,
  zeroCounters,
} from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'chai';
import { runControlStep } from '../dist/run-control-step.js';
import { mendJob } from '../dist/steps/mend-job.js';
import { planJob } from '../dist/steps/plan-job.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

const token = 'taker';

describe('mendJob', function () {
  this.timeout(60_000);
  let fixture: StepFixture;
  let takers: Record<'control' | 'tasks', Worker>;

  beforeEach(async () => {
    fixture = await openStepFixture();
    const options = { connection: { url: fixture.redisUrl }, prefix: queuePrefix, autorun: false };
    takers = {
      control: new Worker(queueNames.control, null, options),
      tasks: new Worker(queueNames.tasks, null, options),
    };
  });
  afterEach(async () => {
    await Promise.all([takers?.control.close(), takers?.tasks.close()]);
    await fixture?.[Symbol.asyncDispose]();
  });

  const queues = () => fixture.tools.queues;
  const take = (queue: 'control' | 'tasks'): Promise<Job> =>
    waitUntil(`a message of ${queue}`, () => takers[queue].getNextJob(token, { block: false }));

  async function plannedJob(mapTasks: number): Promise<AskedJob> {
    const asked = await fixture.ask();
    await fixture.plan(asked, mapTasks);
    await planJob(fixture.tools, asked.job_id);
    return asked;
  }

  async function commitTask({ job_id }: AskedJob, kind: 'map' | 'reduce', index: number): Promise<void> {
    await fixture.tools.jobs.commitAttempt({
      task_id: taskId(job_id, kind, index),
      attempt: 1,
      worker_id: 'test',
      started_at: new Date().toISOString(),
      committed_at: new Date().toISOString(),
      file: 'm.segment',
      bytes: 1,
      records: 1,
      crc32c: 0,
      counters: zeroCounters(),
    });
  }

  async function waiting({ job_id }: AskedJob): Promise<string[]> {
    const messages = await queues().tasks.getJobs(['prioritized', 'waiting']);
    return messages.map(message => message.id?.slice(job_id.length + 1) ?? '').sort();
  }

  const barrier = async ({ job_id }: AskedJob) => {
    const message = await queues().control.getJob(messageIds.mapBarrier(job_id));
    return { state: await message?.getState(), ...(await message?.getDependenciesCount()) };
  };

  it('queues what is not committed after all messages vanished', async () => {
    const asked = await plannedJob(3);
    await commitTask(asked, 'map', 1);
    await queues().control.drain();
    await Promise.all([queues().tasks, queues().control].map(queue => queue.obliterate({ force: true })));
    await mendJob(fixture.tools, asked.job_id, 7);
    expect(await waiting(asked)).to.deep.equal(['m-00000', 'm-00002']);
    expect(await barrier(asked)).to.include({ state: 'waiting-children', unprocessed: 2 });
    const message = await queues().tasks.getJob(taskId(asked.job_id, 'map', 0));
    expect(message?.data).to.include({ attempts_before: 7 });
  });

  it('takes away a task that has failed, and its failed barrier', async () => {
    const asked = await plannedJob(2);
    await (await take('tasks')).moveToFailed(new UnrecoverableError('gone wrong'), token, false);
    const consumed = await take('control');
    await consumed.moveToFailed(new UnrecoverableError('a child failed'), token, false);
    await mendJob(fixture.tools, asked.job_id, 1);
    expect(await waiting(asked)).to.deep.equal(['m-00000', 'm-00001']);
    expect(await barrier(asked)).to.include({ state: 'waiting-children', unprocessed: 2 });
  });

  it('runs a task again that the queue calls completed while nothing is committed', async () => {
    const asked = await plannedJob(1);
    await (await take('tasks')).moveToCompleted({ attempt: 1 }, token, false);
    await (await take('control')).moveToCompleted(undefined, token, false);
    await mendJob(fixture.tools, asked.job_id, 1);
    expect(await waiting(asked)).to.deep.equal(['m-00000']);
  });

  it('leaves a task that a worker has in hand to it, and has the new barrier wait for it', async () => {
    const asked = await plannedJob(2);
    const inHand = await take('tasks');
    await queues().control.remove(messageIds.mapBarrier(asked.job_id), { removeChildren: false });
    await mendJob(fixture.tools, asked.job_id, 1);
    expect(await waiting(asked)).to.have.length(1);
    expect(await barrier(asked)).to.include({ state: 'waiting-children', unprocessed: 2 });
    await inHand.moveToCompleted({ attempt: 1 }, token, false);
    await (await take('tasks')).moveToCompleted({ attempt: 1 }, token, false);
    expect(await barrier(asked)).to.include({ state: 'waiting' });
  });

  it('finishes a tree that was half added', async () => {
    const asked = await plannedJob(1500);
    await Promise.all([queues().tasks, queues().control].map(queue => queue.obliterate({ force: true })));
    const hold = { name: 'hold', queueName: queueNames.hold, opts: { jobId: messageIds.hold(asked.job_id, 'map') } };
    await queues().flows.add({
      name: 'map-barrier',
      queueName: queueNames.control,
      opts: { jobId: messageIds.mapBarrier(asked.job_id) },
      children: [hold],
    });
    await mendJob(fixture.tools, asked.job_id, 0);
    const messages = await queues().tasks.getJobs(['prioritized']);
    // Tiny tasks share messages.
    expect(messages.flatMap(({ data }) => [data.index, ...(data.more ?? [])])).to.have.length(1500);
    expect(await barrier(asked)).to.include({ state: 'waiting-children', unprocessed: 2 });
    expect(await queues().hold.getJobCountByTypes('waiting', 'prioritized')).to.equal(0);
  });

  it('goes straight to the barrier when every map task is committed', async () => {
    const asked = await plannedJob(1);
    await commitTask(asked, 'map', 0);
    await Promise.all([queues().tasks, queues().control].map(queue => queue.obliterate({ force: true })));
    await mendJob(fixture.tools, asked.job_id, 1);
    expect(await waiting(asked)).to.deep.equal([]);
    expect(await barrier(asked)).to.include({ state: 'waiting' });
  });

  it('leaves a barrier that goes on by itself alone', async () => {
    const asked = await plannedJob(1);
    await commitTask(asked, 'map', 0);
    await (await take('tasks')).moveToCompleted({ attempt: 1 }, token, false);
    const active = await take('control');
    expect(active.name).to.equal('map-barrier');
    await mendJob(fixture.tools, asked.job_id, 1);
    expect(await active.getState()).to.equal('active');
    expect(await waiting(asked)).to.deep.equal([]);
  });

  it('only has a job cleaned up that has ended', async () => {
    const asked = await plannedJob(1);
    const finished_at = new Date().toISOString();
    const ended = { job_id: asked.job_id, status: 'cancelled', finished_at, error: null, output: null } as const;
    const verdict: Verdict = { ...ended, counters: zeroCounters() };
    await fixture.tools.jobs.commitVerdict(verdict);
    await mendJob(fixture.tools, asked.job_id, 1);
    expect(await queues().control.getJobState(messageIds.cleanUp(asked.job_id))).to.equal('waiting');
  });

  it('may be repeated', async () => {
    const asked = await plannedJob(3);
    await mendJob(fixture.tools, asked.job_id, 1);
    await mendJob(fixture.tools, asked.job_id, 1);
    expect(await waiting(asked)).to.have.length(3);
    expect(await barrier(asked)).to.include({ state: 'waiting-children', unprocessed: 3 });
  });
});

describe('a barrier that is released before its tasks are done', function () {
  this.timeout(30_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  for (const name of ['map-barrier', 'commit'] as const) {
    it(`${name}: its message fails at once, and its job does not`, async () => {
      const asked = await fixture.ask();
      await fixture.plan(asked, 2);
      const message = await fixture.tools.queues.control.add(name, { job_id: asked.job_id });
      const error = await runControlStep(fixture.tools, message, token).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(UnrecoverableError);
      expect((error as Error).message).to.contain(taskId(asked.job_id, 'map', 0));
      expect(await fixture.tools.jobs.readVerdict(asked.job_id)).to.equal(undefined);
    });
  }
});
