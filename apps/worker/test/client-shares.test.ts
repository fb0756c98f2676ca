/** Seats taken over a real Redis. */
import { queuePrefix, sharesKey, taskId } from '@gridmr/contracts';
import { Worker } from 'bullmq';
import { expect } from 'chai';
import { seatOf } from '../dist/shares/fair-seats.js';
import { addTaskFlow } from '../dist/steps/task-flow.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

describe('ClientShares', function () {
  this.timeout(60_000);
  let fixture: StepFixture;
  beforeEach(async () => {
    fixture = await openStepFixture();
  });
  afterEach(() => fixture?.[Symbol.asyncDispose]());
  const client = (client_id: string, priority: 'low' | 'normal' | 'high' = 'normal') => ({ client_id, priority });

  /** Queues so many tasks of a client, in the seats that it takes. */
  async function queue(client_id: string, tasks: number): Promise<string> {
    const { job_id, spec } = await fixture.ask({ client_id });
    const seats = await fixture.tools.shares.take(spec, tasks);
    const flow = { jobId: job_id, kind: 'map', tasks, isCommitted: () => false, barrier: 'map-barrier' } as const;
    await addTaskFlow(fixture.tools.queues, { ...flow, spec, seats });
    return job_id;
  }

  it('begin with the first seat in an empty queue, whatever was taken before', async () => {
    await fixture.tools.shares.take(client('a'), 5000);
    expect((await fixture.tools.shares.take(client('a'), 1)).first).to.equal(0);
  });

  it('put a newcomer where everybody is, and the small job of a busy client into a lane of its own', async () => {
    await queue('a', 3000);
    const [newcomer, same] = await Promise.all([
      fixture.tools.shares.take(client('b'), 10),
      fixture.tools.shares.take(client('a'), 10),
    ]);
    expect(seatOf(newcomer, 9)).to.equal(1);
    expect(seatOf(same, 9)).to.be.at.most(2);
    expect(seatOf(await fixture.tools.shares.take(client('a'), 3000), 0)).to.be.greaterThan(1);
  });

  it('see in a task that comes back after a failure where everybody was, not where they are', async () => {
    const jobId = await queue('a', 100);
    const { connection, prefix } = { connection: fixture.redis, prefix: queuePrefix };
    const consumer = new Worker('tasks', null, { connection, prefix, settings: { backoffStrategy: () => 0 } });
    try {
      const message = await consumer.getNextJob('token');
      await message?.moveToFailed(new Error('once'), 'token');
    } finally {
      await consumer.close();
    }
    for (let i = 1; i <= 50; i++) await fixture.tools.queues.tasks.remove(taskId(jobId, 'map', i));
    const [first] = await fixture.tools.queues.tasks.getJobs(['prioritized'], 0, 0, true);
    expect(first?.id).to.equal(taskId(jobId, 'map', 0));
    expect(seatOf(await fixture.tools.shares.take(client('b'), 1), 0)).to.equal(3);
  });

  it('take no notice of a speculative message, which stands behind everybody', async () => {
    const { job_id } = await fixture.ask();
    const speculative = { attempt: 2, straggler: taskId(job_id, 'map', 0) };
    const data = { job_id, kind: 'map', index: 0, speculative } as const;
    await fixture.tools.queues.tasks.add('map', data, { priority: 2_097_151 });
    expect((await fixture.tools.shares.take(client('a'), 1)).first).to.equal(0);
  });

  it('are taken by several at once, each their own', async () => {
    await queue('b', 1);
    const taken = await Promise.all([1, 2, 3].map(() => fixture.tools.shares.take(client('a'), 1600)));
    expect(new Set(taken.map(({ first, step }) => `${first} ${step}`)).size).to.equal(3);
  });

  it('are taken anew when Redis has lost them, or holds what cannot be read', async () => {
    await queue('b', 1);
    await fixture.tools.shares.take(client('a'), 1600);
    await fixture.redis.del(sharesKey);
    expect((await fixture.tools.shares.take(client('a'), 1)).first).to.equal(0);
    await fixture.redis.hset(sharesKey, 'normal a', '{"broken"');
    expect((await fixture.tools.shares.take(client('a'), 1)).first).to.equal(0);
  });

  it('are a priority of every message', async () => {
    const jobId = await queue('a', 40);
    const messages = await fixture.tools.queues.tasks.getJobs(['prioritized'], 0, 39, true);
    expect(messages.map(({ opts }) => opts.priority)).to.deep.equal(Array.from({ length: 40 }, (_, i) => 1 + (i >> 4)));
    expect(messages.every(({ data }) => data.job_id === jobId)).to.equal(true);
  });
});
