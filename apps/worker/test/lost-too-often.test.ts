/** A task whose worker dies each time. Its losses are real: a consumer takes the message and never renews the lock. */
import { queueLimits, queueNames, queuePrefix, taskId } from '@gridmr/contracts';
import { readSettings } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { Worker } from 'bullmq';
import { expect } from 'chai';
import { createWorker } from '../dist/index.js';
import { addTaskFlow } from '../dist/steps/task-flow.js';
import { firstSeats, openStepFixture, type StepFixture } from './step-fixture.js';

const lockMs = 20;

describe('a task that kills its worker each time', function () {
  this.timeout(60_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  async function queuedTask() {
    const asked = await fixture.ask();
    await fixture.plan(asked, 1);
    const flow = { jobId: asked.job_id, kind: 'map', tasks: 1, barrier: 'map-barrier', spec: asked.spec } as const;
    await addTaskFlow(fixture.tools.queues, { ...flow, isCommitted: () => false, seats: firstSeats });
    return { asked, id: taskId(asked.job_id, 'map', 0) };
  }

  /** Takes the message and lets its lock run out, so often. */
  async function loseWorkers(id: string, losses: number): Promise<void> {
    const dying = new Worker(queueNames.tasks, null, {
      connection: { url: fixture.redisUrl },
      prefix: queuePrefix,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: queueLimits.stalledMax,
    });
    try {
      for (let loss = 1; loss <= losses; loss++) {
        await waitUntil('the message', () => dying.getNextJob('dying', { block: false }));
        await waitUntil(`loss ${loss}`, async () => {
          await dying.startStalledCheckTimer();
          return (await fixture.tools.queues.tasks.getJob(id))?.stalledCounter === loss;
        });
      }
    } finally {
      await dying.close();
    }
  }

  async function runWorker() {
    const env = { GRIDMR_DATA_DIR: fixture.directory.path, GRIDMR_REDIS_URL: fixture.redisUrl };
    return createWorker(readSettings(env), fixture.redisUrl, fixture.tools.logger);
  }

  it('ends its job with an error that says so, after a bound of losses', async () => {
    const { asked, id } = await queuedTask();
    await loseWorkers(id, queueLimits.lossesMax + 1);
    const worker = await runWorker();
    const verdict = await waitUntil('the verdict', () => fixture.tools.jobs.readVerdict(asked.job_id));
    await worker.stop();
    expect(verdict).to.include({ status: 'failed' });
    expect(verdict.error).to.include({ code: 'lost_too_often', task_id: id });
    expect(verdict.error?.message).to.contain(`lost ${queueLimits.lossesMax + 1} times`);
  });

  it('is tried again up to that bound, however few failures the job allows', async () => {
    await fixture.directory.write('input', 'x');
    const { asked, id } = await queuedTask();
    await loseWorkers(id, queueLimits.lossesMax);
    const worker = await runWorker();
    await waitUntil('the commit', () => fixture.tools.jobs.readCommit(asked.job_id, 'map', 0));
    await worker.stop();
  });
});
