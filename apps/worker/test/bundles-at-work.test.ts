/** A bundle in a real task thread: quick ones are made in one go, slow and failing ones are taken apart. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AskedJob,
  jobFiles,
  messageIds,
  type Plan,
  queueLimits,
  type TaskData,
  type TaskReturn,
  taskId,
} from '@gridmr/contracts';
import { openConsumer } from '@gridmr/runtime';
import { compileQuickJs } from '@gridmr/sandbox';
import { HeldLock, TaskSlots } from '@gridmr/tasks';
import { waitUntil } from '@gridmr/testkit';
import type { Worker } from 'bullmq';
import { expect } from 'chai';
import { MessageTasks } from '../dist/attempts/message-tasks.js';
import { runTask } from '../dist/attempts/run-task.js';
import { cleanUpJob } from '../dist/steps/clean-up-job.js';
import { mapStage } from '../dist/steps/stages.js';
import { addTaskFlow } from '../dist/steps/task-flow.js';
import { cancelled, firstSeats, openStepFixture, type StepFixture } from './step-fixture.js';

const tasks = 400;
const limits = { memoryBytes: 64 * 1024 * 1024, diskBytes: 64 * 1024 * 1024, timeoutSeconds: 10 };

/** One that lasts as long as the test. */
function heldLock(): HeldLock {
  const lock = new HeldLock();
  lock.renew(Date.now() + 3_600_000);
  return lock;
}

describe('a bundle', function () {
  this.timeout(60_000);
  let fixture: StepFixture;
  let slots: TaskSlots;
  let consumer: Worker<TaskData, TaskReturn> | undefined;

  beforeEach(async () => {
    fixture = await openStepFixture();
    const { module: engine } = await compileQuickJs();
    slots = await TaskSlots.start(1, { dataDirectory: fixture.directory.path, engine });
  });
  afterEach(async () => {
    await consumer?.close();
    consumer = undefined;
    await slots?.[Symbol.asyncDispose]();
    await fixture?.[Symbol.asyncDispose]();
  });

  /** A job of 400 tasks over 200 lines: `lines` and as many `x` as it takes. Every other task has no line. */
  async function startJob(map_function: string, lines: readonly string[], spec: Partial<AskedJob['spec']> = {}) {
    const text = [...lines, ...Array.from({ length: tasks / 2 - lines.length }, () => 'x')].join('\n');
    await fixture.tools.store.write('input', Buffer.from(`${text}\n`));
    const program = { form: 'functions' as const, map_function, reduce_function: '(k, v) => [k, 1]' };
    const asked = await fixture.ask({ program, ...spec });
    const plan = await fixture.plan(asked, tasks);
    const isCommitted = () => false;
    const flow = { jobId: asked.job_id, ...mapStage(plan), isCommitted, spec: asked.spec, seats: firstSeats };
    await addTaskFlow(fixture.tools.queues, flow);
    return { asked, plan };
  }

  function consume(): void {
    consumer = openConsumer<TaskData, TaskReturn>(
      'tasks',
      (message, token, signal) => runTask(fixture.tools, slots, limits, message, token, signal, heldLock()),
      { connection: fixture.redis, logger: fixture.tools.logger, concurrency: 1 },
    );
  }

  async function untilBarrier({ job_id }: Plan): Promise<void> {
    const barrier = await fixture.tools.queues.control.getJob(messageIds.mapBarrier(job_id));
    await waitUntil('the barrier', async () => (await barrier?.getState()) === 'waiting', { timeoutMs: 40_000 });
  }

  const committedOf = async ({ job_id }: Plan) => {
    const indices: number[] = [];
    for await (const index of fixture.tools.jobs.listCommits(job_id, 'map')) indices.push(index);
    return indices.length;
  };

  const message = ({ job_id }: Plan, index: number) => fixture.tools.queues.tasks.getJob(taskId(job_id, 'map', index));

  it('has one message for its tasks, which commits each of them, small segments inside their records', async () => {
    const { plan } = await startJob('(line, ctx) => ctx.emit(line, 1)', []);
    expect((await message(plan, 0))?.data).to.deep.include({ index: 0, more: [1] });
    expect(await message(plan, 1)).to.equal(undefined);
    consume();
    await untilBarrier(plan);
    expect(await committedOf(plan)).to.equal(tasks);
    // Not of the first: a thread that starts may be slow, and gives back what it has not begun.
    expect(await message(plan, tasks - 1)).to.equal(undefined);
    const record = await fixture.tools.jobs.readCommit(plan.job_id, 'map', 0);
    expect(record).to.include({ records: 1, attempt: 1 });
    expect(Buffer.from(record?.inline ?? '', 'base64')).to.have.length(record?.bytes ?? -1);
    const names: string[] = [];
    for await (const path of fixture.tools.store.listPaths(jobFiles.taskDirectory(plan.job_id, 'map', 0)))
      names.push(path);
    expect(names).to.have.length(tasks);
  });

  it('gives the tasks it has not begun back to the queue when it takes long', async () => {
    const slow = '(line, ctx) => { if (line === "slow") for (let i = 0; i < 3e7; i++); ctx.emit(line, 1); }';
    const { plan } = await startJob(slow, ['slow']);
    consume();
    await untilBarrier(plan);
    expect((await message(plan, 0))?.data).to.deep.include({ index: 0 });
    expect((await message(plan, 0))?.data.more).to.equal(undefined);
    expect(await (await message(plan, 1))?.getState()).to.equal('completed');
    expect(await committedOf(plan)).to.equal(tasks);
  });

  it('leaves no message in the queue after the clean-up of its job, neither its own nor those of the tasks that it gave back', async () => {
    const slow = '(line, ctx) => { if (line === "slow") for (let i = 0; i < 3e7; i++); ctx.emit(line, 1); }';
    const { asked, plan } = await startJob(slow, ['slow']);
    consume();
    await untilBarrier(plan);
    expect(await (await message(plan, 1))?.getState()).to.equal('completed');
    await fixture.tools.jobs.commitVerdict(cancelled(asked.job_id));
    expect(await cleanUpJob(fixture.tools, asked.job_id)).to.equal('done');
    const ids = Array.from({ length: tasks }, (_, index) => taskId(asked.job_id, 'map', index));
    expect(await fixture.tools.queues.anyTask(ids)).to.equal(false);
  });

  it('retries the task that failed by itself, and counts no failure for the others', async () => {
    const failing =
      '(line, ctx) => { if (line === "bad" && ctx.task.attempt === 1) throw new Error("once"); ctx.emit(line, 1); }';
    // Line 0 is task 0's, line 1 is task 2's.
    const { plan } = await startJob(failing, ['bad', 'bad'], { retry_user_errors: true, max_attempts: 2 });
    consume();
    await untilBarrier(plan);
    expect(await committedOf(plan)).to.equal(tasks);
    expect((await fixture.tools.jobs.readCommit(plan.job_id, 'map', 0))?.attempt).to.equal(2);
    expect((await fixture.tools.jobs.readCommit(plan.job_id, 'map', 1))?.attempt).to.equal(1);
    expect((await message(plan, 1))?.attemptsMade).to.equal(1);
  });

  it('leaves alone what an earlier start of its message committed', async () => {
    const { asked, plan } = await startJob('(line, ctx) => { ctx.emit(line, ctx.task.attempt); }', []);
    const first = await message(plan, 0);
    const none = new AbortController().signal;
    const started = Object.assign(Object.create(first ?? null), {
      attemptsStarted: 1,
      data: { ...first?.data, more: undefined },
    });
    await runTask(fixture.tools, slots, limits, started, 'token', none, heldLock());
    const again = Object.assign(Object.create(first ?? null), { attemptsStarted: 2, data: first?.data });
    await runTask(fixture.tools, slots, limits, again, 'token', none, heldLock());
    expect((await fixture.tools.jobs.readCommit(asked.job_id, 'map', 0))?.attempt).to.equal(1);
    expect((await fixture.tools.jobs.readCommit(asked.job_id, 'map', 1))?.attempt).to.equal(2);
  });

  it('leaves alone what another message commits between its own look and the turn of the task', async () => {
    const { asked, plan } = await startJob('(line, ctx) => ctx.emit(line, 1)', []);
    const first = await message(plan, 0);
    const other = taskId(asked.job_id, 'map', 1);
    const { known } = fixture.tools;
    const lateKnown = Object.assign(Object.create(known), {
      asked: (id: string) => known.asked(id),
      plan: (id: string) => known.plan(id),
      split: (id: string, index: number) => known.split(id, index),
      verdict: async (id: string) => {
        await fixture.commitElsewhere(other);
        return known.verdict(id);
      },
    });
    const started = Object.assign(Object.create(first ?? null), { attemptsStarted: 1, data: first?.data });
    const none = new AbortController().signal;
    await runTask({ ...fixture.tools, known: lateKnown }, slots, limits, started, 'token', none, heldLock());
    await fixture.tools.news.flush();
    const told = (await fixture.told()).flatMap(event =>
      event.type === 'attempt' ? [`${event.task_id} ${event.worker_id}`] : [],
    );
    const own = `${taskId(asked.job_id, 'map', 0)} ${fixture.tools.workerId}`;
    expect(told).to.deep.equal([own, `${other} another`]);
  });

  it('forgets no task when it turns out to be slow just after one of its attempts has failed', async () => {
    const { asked, plan } = await startJob('line => [[line, 1]]', []);
    const first = await message(plan, 0);
    if (first === undefined) throw new Error('there is no message');
    using atWork = new MessageTasks(fixture.tools, { message: first, task: first.data, asked, plan }, [0, 1]);
    // As the task thread does.
    expect(atWork.claims.claim()).to.equal(0);
    expect(atWork.close()).to.equal(0);
    await delay(queueLimits.slowBundleMs * 2);
    expect(atWork.claims.claimed).to.equal(1);
    await atWork.fail([], false);
    expect((await message(plan, 0))?.data).to.deep.include({ index: 0 });
    expect((await message(plan, 1))?.data).to.deep.include({ index: 1 });
  });

  it('tells of no attempt that runs when it has told of its end', async () => {
    const { asked, plan } = await startJob('line => [[line, 1]]', []);
    const first = await message(plan, 0);
    if (first === undefined) throw new Error('there is no message');
    using atWork = new MessageTasks(fixture.tools, { message: first, task: first.data, asked, plan }, [0]);
    atWork.claims.claim();
    const nowIso = new Date().toISOString();
    const figures = { input_records: 1, input_bytes: 2, output_records: 1, output_bytes: 2 };
    await atWork.tell([{ committed: true, startedAt: nowIso, endedAt: nowIso, figures, logLines: [] }]);
    // Its barrier is freed meanwhile.
    await delay(queueLimits.slowMessageMs * 2);
    await fixture.tools.news.flush();
    const states = (await fixture.newsOf(taskId(asked.job_id, 'map', 0))).map(({ state }) => state);
    expect(states).to.deep.equal(['committed']);
  });

  for (const more of [undefined, [1]]) {
    const what = more === undefined ? 'a message of its own' : 'a bundle';
    it(`leaves alone what is committed already when ${what} for it is started for the first time, whoever queued that`, async () => {
      const { asked, plan } = await startJob('(line, ctx) => { ctx.emit(line, ctx.task.attempt); }', []);
      const queued = await message(plan, 0);
      const none = new AbortController().signal;
      const of = (data: object, attemptsStarted: number) =>
        Object.assign(Object.create(queued ?? null), { attemptsStarted, data: { ...queued?.data, ...data } });
      const run = (each: ReturnType<typeof of>) =>
        runTask(fixture.tools, slots, limits, each, 'token', none, heldLock());
      await run(of({ more: undefined, attempts_before: 100 }, 1));
      await run(of({ more }, 1));
      expect((await fixture.tools.jobs.readCommit(asked.job_id, 'map', 0))?.attempt).to.equal(101);
      const made = (await fixture.tools.jobs.readCommit(asked.job_id, 'map', 1))?.attempt;
      expect(made).to.equal(more === undefined ? undefined : 1);
      await fixture.tools.news.flush();
      const told = await fixture.told();
      const attempts = told.filter(event => event.type === 'attempt' && event.task_id.endsWith('m-00000'));
      expect(attempts.map(event => event.type === 'attempt' && event.attempt)).to.satisfy((numbers: number[]) =>
        numbers.every(number => number === 101),
      );
    });
  }
});
