/** A task with two messages, one of them speculative, in the hands of real workers. */
import {
  type AskedJob,
  jobFiles,
  messageIds,
  queueNames,
  queuePrefix,
  type TaskData,
  taskId,
  zeroCounters,
} from '@gridmr/contracts';
import { readSettings, StopStack } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { type Job, Worker } from 'bullmq';
import { expect } from 'chai';
import { createWorker } from '../dist/create-worker.js';
import { planJob } from '../dist/steps/plan-job.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

const waitMs = 60_000;
/** A look every second, on a machine that may stall; well before the attempt's time is over. */
const noticedMs = 15_000;
const races = 3;
/** Longer than `speculationLimits.ageMsMin`, at least on a busy machine: no younger attempt gets a rival, so none looks whether one has ended its job. */
const longLoop = 'for (let i = 0; i < 8e7; i++);';
const token = 'taker';

describe('a speculative attempt', function () {
  this.timeout(240_000);
  let fixture: StepFixture;
  let parts: StopStack;

  beforeEach(async () => {
    fixture = await openStepFixture();
    parts = new StopStack(fixture.tools.logger);
  });
  afterEach(async () => {
    await parts?.stop();
    await fixture?.[Symbol.asyncDispose]();
  });

  async function startWorker(slots = 1): Promise<void> {
    const settings = readSettings({
      GRIDMR_DATA_DIR: fixture.directory.path,
      GRIDMR_REDIS_URL: fixture.redisUrl,
      GRIDMR_WORKER_CPU_CORES: String(slots),
    });
    const worker = await createWorker(settings, fixture.redisUrl, fixture.tools.logger);
    parts.add('worker', () => worker.stop());
  }

  /** A job of one map task over one line, `x`, and one reduce task; its messages are queued. */
  async function queuedJob(map_function: string): Promise<AskedJob> {
    await fixture.tools.store.write('input', Buffer.from('x\n'));
    const program = { form: 'functions' as const, map_function, reduce_function: '(k, v) => [k, v.toArray().length]' };
    const asked = await fixture.ask({ program, num_reducers: 1, max_attempts: 1, task_timeout: 60 });
    const split = { ranges: [{ path: 'input', start: 0, end: 2, file_bytes: 2 }] };
    const plan = { map_tasks: 1, reduce_tasks: 1, input: { files: 1, bytes: 2 }, planned_at: new Date().toISOString() };
    await fixture.tools.jobs.commitPlan({ job_id: asked.job_id, token: 'testplan', ...plan }, [split]);
    await planJob(fixture.tools, asked.job_id);
    return asked;
  }

  const mapTask = ({ job_id }: AskedJob) => taskId(job_id, 'map', 0);

  async function speculate(asked: AskedJob): Promise<Job<TaskData>> {
    const { job_id } = asked;
    const speculative = { attempt: 2, straggler: mapTask(asked) };
    return fixture.tools.queues.tasks.add(
      'map',
      { job_id, kind: 'map', index: 0, speculative },
      {
        ...{ jobId: messageIds.speculative(mapTask(asked)), priority: 2_000_000, attempts: 1 },
        ...{ removeOnComplete: true, removeOnFail: true },
      },
    );
  }

  /** As `1 cancelled, 2 committed speculative`: what was told last of each attempt. */
  async function told(asked: AskedJob): Promise<string> {
    const states = new Map<number, string>();
    for (const event of await fixture.told()) {
      if (event.type !== 'attempt' || event.task_id !== mapTask(asked)) continue;
      states.set(event.attempt, `${event.attempt} ${event.state}${event.speculative ? ' speculative' : ''}`);
    }
    return [...states.keys()]
      .sort()
      .map(attempt => states.get(attempt))
      .join(', ');
  }

  /** Fails with what is told instead. */
  async function tellsOf(asked: AskedJob, wanted: string | RegExp, timeoutMs = waitMs): Promise<void> {
    try {
      await waitUntil(`${wanted}`, async () => new RegExp(wanted).test(await told(asked)), { timeoutMs });
    } catch (cause) {
      throw new Error(`${wanted} is not told within ${timeoutMs} ms, but ${await told(asked)}`, { cause });
    }
  }

  async function expectCompleted({ job_id, spec }: AskedJob): Promise<void> {
    const verdict = await waitUntil('the verdict', () => fixture.tools.jobs.readVerdict(job_id), { timeoutMs: waitMs });
    expect(verdict).to.include({ status: 'completed', error: null });
    const part = await fixture.tools.store.read(`${spec.output_path}/part-r-00000`, 100);
    expect(Buffer.from(part).toString()).to.equal('x\t1\n');
  }

  async function commitByOthers(asked: AskedJob, attempt = 2): Promise<void> {
    const made = { file: 'm.segment', bytes: 1, records: 1, crc32c: 0, counters: zeroCounters() };
    const nowIso = new Date().toISOString();
    const who = { task_id: mapTask(asked), attempt, worker_id: 'other', started_at: nowIso, committed_at: nowIso };
    await fixture.tools.jobs.commitAttempt({ ...who, ...made });
  }

  it(`may finish at the same moment as the other: one of them is committed (${races} races)`, async () => {
    await startWorker();
    await startWorker();
    const winners = new Set<string>();
    for (let race = 0; race < races; race++) {
      const asked = await queuedJob(`line => { ${longLoop} return [[line, 1]]; }`);
      await speculate(asked);
      await expectCompleted(asked);
      await tellsOf(asked, /1 [^r]\w+, 2 [^r]\w+ speculative/);
      const states = await told(asked);
      expect(states.match(/committed/g), states).to.have.length(1);
      winners.add(states);
    }
    process.stdout.write(`      ${[...winners].join('; ')}\n`);
  });

  it('overtakes one that would never end, and the worker of that one is free again', async () => {
    const asked = await queuedJob('(line, ctx) => { while (ctx.task.attempt === 1); return [[line, 1]]; }');
    await startWorker();
    await tellsOf(asked, '1 running');
    await startWorker();
    await speculate(asked);
    await expectCompleted(asked);
    await tellsOf(asked, '^1 cancelled, 2 committed speculative$');
    const straggler = await fixture.tools.queues.tasks.getJob(mapTask(asked));
    await waitUntil('its message', async () => (await straggler?.getState()) === 'completed', { timeoutMs: waitMs });
  });

  it('is stopped when the other one is first, and fails no job', async () => {
    const asked = await queuedJob(`(line, ctx) => {
      if (ctx.task.attempt > 1) for (;;);
      for (let i = 0; i < 6e7; i++);
      return [[line, 1]];
    }`);
    await startWorker();
    await tellsOf(asked, '1 running');
    await startWorker();
    await speculate(asked);
    await tellsOf(asked, '2 running');
    await expectCompleted(asked);
    await tellsOf(asked, '^1 committed, 2 cancelled speculative$');
    const message = await fixture.tools.queues.tasks.getJob(messageIds.speculative(mapTask(asked)));
    expect(message).to.equal(undefined);
  });

  it('that throws leaves the verdict to the other one', async () => {
    const asked = await queuedJob(`(line, ctx) => {
      if (ctx.task.attempt > 1) throw new Error('only here');
      // Longer than the other one takes to come and fail, on a busy machine too.
      for (let i = 0; i < 3e8; i++);
      return [[line, 1]];
    }`);
    await startWorker();
    await tellsOf(asked, '1 running');
    await startWorker();
    await speculate(asked);
    await tellsOf(asked, '2 failed speculative');
    await expectCompleted(asked);
    await tellsOf(asked, '^1 committed, 2 failed speculative$');
  });

  it('is left to other workers by the one that has the straggler', async () => {
    const asked = await queuedJob('(line, ctx) => { while (ctx.task.attempt === 1); return [[line, 1]]; }');
    await startWorker(2);
    await tellsOf(asked, '1 running');
    const message = await speculate(asked);
    await waitUntil('the worker to leave it', async () => (await message.getState()) === 'delayed');
    await startWorker();
    await expectCompleted(asked);
    await tellsOf(asked, '^1 cancelled, 2 committed speculative$');
  });

  it('frees the barrier of a straggler whose worker does not answer, even if it died between its commit and that', async () => {
    const asked = await queuedJob('line => [[line, 1]]');
    const options = { connection: { url: fixture.redisUrl }, prefix: queuePrefix, autorun: false };
    const frozen = new Worker(queueNames.tasks, null, options);
    parts.add('frozen worker', () => frozen.close());
    await waitUntil('the message', () => frozen.getNextJob(token, { block: false }));
    await commitByOthers(asked, 3);
    await speculate(asked);
    await startWorker();
    const barrier = await fixture.tools.queues.control.getJob(messageIds.mapBarrier(asked.job_id));
    await waitUntil('the barrier', async () => (await barrier?.getState()) === 'completed', { timeoutMs: waitMs });
    const straggler = await fixture.tools.queues.tasks.getJob(mapTask(asked));
    expect(await straggler?.getState()).to.equal('active');
    // No attempt was made: there was nothing left to do.
    await tellsOf(asked, '^3 committed$', noticedMs);
  });

  it('is not made again when its worker was lost: the API may find another one', async () => {
    const asked = await queuedJob('line => [[line, 1]]');
    await fixture.tools.queues.tasks.remove(mapTask(asked));
    const message = await speculate(asked);
    const quick = { lockDuration: 200, stalledInterval: 100, maxStalledCount: 5 };
    const options = { connection: { url: fixture.redisUrl }, prefix: queuePrefix, autorun: false, ...quick };
    const dying = new Worker(queueNames.tasks, null, options);
    parts.add('dying worker', () => dying.close());
    await waitUntil('the message', () => dying.getNextJob(token, { block: false }));
    await dying.startStalledCheckTimer();
    await waitUntil('its loss', async () => (await message.getState()) === 'waiting', { timeoutMs: waitMs });
    await startWorker();
    await waitUntil('its end', async () => (await message.getState()) === 'unknown', { timeoutMs: waitMs });
    expect(await fixture.tools.jobs.readCommit(asked.job_id, 'map', 0)).to.equal(undefined);
  });

  it('need not announce its commit: who is at the same task finds it, stops and leaves no file', async () => {
    const asked = await queuedJob('line => { for (;;); }');
    await startWorker();
    await tellsOf(asked, '1 running');
    await commitByOthers(asked);
    await tellsOf(asked, '^1 cancelled', noticedMs);
    const straggler = await fixture.tools.queues.tasks.getJob(mapTask(asked));
    await waitUntil('its message', async () => (await straggler?.getState()) === 'completed', { timeoutMs: waitMs });
    const left: string[] = [];
    const directory = jobFiles.taskDirectory(asked.job_id, 'map', 0);
    for await (const path of fixture.tools.store.listPaths(directory)) left.push(path);
    expect(left.filter(path => path.includes('.a1-'))).to.deep.equal([]);
  });
});
