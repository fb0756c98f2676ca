import { messageIds, type TaskData, taskId, traceOfMessage } from '@gridmr/contracts';
import { connectRedis, createLogger, openConsumer } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { addTaskFlow, type TaskFlow } from '../dist/steps/task-flow.js';
import { firstSeats, openStepFixture, type StepFixture } from './step-fixture.js';

describe('addTaskFlow', function () {
  this.timeout(30_000);
  let fixture: StepFixture;
  beforeEach(async () => {
    fixture = await openStepFixture();
  });
  afterEach(() => fixture?.[Symbol.asyncDispose]());

  async function flowOf(tasks: number, isCommitted = (_index: number) => false): Promise<TaskFlow> {
    const { job_id, spec } = await fixture.ask();
    return { jobId: job_id, kind: 'map', tasks, isCommitted, barrier: 'map-barrier', spec, seats: firstSeats };
  }

  async function barrierState(flow: TaskFlow) {
    const barrier = await fixture.tools.queues.control.getJob(messageIds.mapBarrier(flow.jobId));
    return { state: await barrier?.getState(), children: await barrier?.getDependenciesCount() };
  }

  it('hangs up to 1,000 tasks below the barrier directly', async () => {
    const flow = await flowOf(1000);
    await addTaskFlow(fixture.tools.queues, flow);
    const { state, children } = await barrierState(flow);
    expect(state).to.equal('waiting-children');
    expect(children?.unprocessed).to.equal(1000);
  });

  it('makes a tree of groups above 1,000, and leaves no hold behind', async () => {
    const flow = await flowOf(2500);
    await addTaskFlow(fixture.tools.queues, flow);
    const { children } = await barrierState(flow);
    expect(children).to.include({ unprocessed: 3, processed: 0 });
    const last = await fixture.tools.queues.control.getJob(messageIds.group(flow.jobId, 'map', 2));
    expect((await last?.getDependenciesCount())?.unprocessed).to.equal(500);
    expect(await fixture.tools.queues.hold.getJobCountByTypes('waiting', 'prioritized')).to.equal(0);
    expect(await fixture.tools.queues.tasks.getJob(taskId(flow.jobId, 'map', 2499))).not.to.equal(undefined);
  });

  it('gives the trace to its barrier and to few of its tasks, evenly spread', async () => {
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true };
    const flow = { ...(await flowOf(2500)), trace };
    await addTaskFlow(fixture.tools.queues, flow);
    const barrier = await fixture.tools.queues.control.getJob(messageIds.mapBarrier(flow.jobId));
    expect(traceOfMessage(barrier?.opts ?? {})).to.deep.equal(trace);
    const messages = await fixture.tools.queues.tasks.getPrioritized();
    const traced = messages.filter(({ opts }) => traceOfMessage(opts) !== undefined).map(({ data }) => data.index);
    expect(messages).to.have.length(2500);
    expect(traced.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 100 }, (_, i) => i * 25));
  });

  it('queues only what is not committed', async () => {
    const flow = await flowOf(2500, index => index !== 7 && index !== 2400);
    await addTaskFlow(fixture.tools.queues, flow);
    expect((await barrierState(flow)).children?.unprocessed).to.equal(2);
    expect(await fixture.tools.queues.tasks.getJob(taskId(flow.jobId, 'map', 6))).to.equal(undefined);
    expect(await fixture.tools.queues.tasks.getJob(taskId(flow.jobId, 'map', 7))).not.to.equal(undefined);
  });

  for (const tasks of [0, 3, 1001]) {
    it(`passes the barrier at once when all of ${tasks} tasks are committed`, async () => {
      const flow = await flowOf(tasks, () => true);
      await addTaskFlow(fixture.tools.queues, flow);
      expect((await barrierState(flow)).state).to.equal('waiting');
    });
  }

  it('changes nothing when the same flow is added again', async () => {
    const flow = await flowOf(1500);
    await addTaskFlow(fixture.tools.queues, flow);
    const before = await fixture.tools.queues.tasks.getJobCounts();
    await addTaskFlow(fixture.tools.queues, flow);
    expect(await fixture.tools.queues.tasks.getJobCounts()).to.deep.equal(before);
    expect((await barrierState(flow)).children).to.include({ unprocessed: 2 });
  });

  it('carries ids, never records: a task’s message is small', async () => {
    const flow = await flowOf(1);
    await addTaskFlow(fixture.tools.queues, flow);
    const message = await fixture.tools.queues.tasks.getJob(taskId(flow.jobId, 'map', 0));
    expect(JSON.stringify(message?.data).length).to.be.lessThan(80);
    expect(message?.opts).to.include({ attempts: 4, failParentOnFailure: true });
  });

  it('runs every task once, and the barrier once and after all of them', async () => {
    const logger = createLogger({ level: 'error', service: 'test' });
    const connection = connectRedis(fixture.redisUrl, 'worker', logger);
    const flow = await flowOf(1200);
    const ran: string[] = [];
    const done: string[] = [];
    const options = { connection, logger, concurrency: 20 };
    const tasks = openConsumer<TaskData, void>(
      'tasks',
      async ({ data }) => {
        if (data.job_id === flow.jobId) ran.push(`${data.kind} ${data.index}`);
      },
      options,
    );
    const control = openConsumer(
      'control',
      async message => {
        if (message.id?.startsWith(flow.jobId)) done.push(`${message.name} after ${ran.length}`);
      },
      options,
    );
    try {
      await addTaskFlow(fixture.tools.queues, flow);
      await waitUntil('the barrier', () => done.some(step => step.startsWith('map-barrier')), { timeoutMs: 20_000 });
    } finally {
      await Promise.all([tasks.close(), control.close()]);
      connection.disconnect();
    }
    expect(ran).to.have.length(1200);
    expect(new Set(ran).size).to.equal(1200);
    expect(done.at(-1)).to.equal('map-barrier after 1200');
    expect(done).to.have.length(3);
  });
});
