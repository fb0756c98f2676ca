/** What is told when a message's worker stopped reporting. The loss is real: a consumer takes the message and lets its lock run out. */
import { EventEmitter, once } from 'node:events';
import { type JobEvent, parseTaskId, queueNames, queuePrefix, taskId, zeroCounters } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { type Job, Worker } from 'bullmq';
import { expect } from 'chai';
import { reportLost, tellLoss, tellLossBefore } from '../dist/attempts/report-lost.js';
import { addTaskFlow } from '../dist/steps/task-flow.js';
import { firstSeats, openStepFixture, type StepFixture } from './step-fixture.js';

const lockMs = 20;

describe('a message whose worker stopped reporting', function () {
  this.timeout(60_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  /** The first map task of a new job, whose message waits. */
  async function queuedTask(): Promise<string> {
    const asked = await fixture.ask();
    await fixture.plan(asked, 1);
    const flow = { jobId: asked.job_id, kind: 'map', tasks: 1, barrier: 'map-barrier', spec: asked.spec } as const;
    await addTaskFlow(fixture.tools.queues, { ...flow, isCommitted: () => false, seats: firstSeats });
    return taskId(asked.job_id, 'map', 0);
  }

  /** The news of the loss of a message that was taken `losses` times, after attempt 1 was committed or not. */
  async function newsOfLoss(losses: number, isCommitted: boolean): Promise<Partial<JobEvent>> {
    const id = await queuedTask();
    if (isCommitted) await fixture.commitElsewhere(id);
    await loseWorkers(id, losses);
    const consumer = new EventEmitter();
    reportLost(fixture.tools, consumer as unknown as Worker);
    consumer.emit('stalled', id);
    return waitUntil('the news', async () => (await fixture.newsOf(id))[0]);
  }

  async function loseWorkers(id: string, losses: number): Promise<void> {
    const dying = new Worker(queueNames.tasks, null, {
      connection: { url: fixture.redisUrl },
      prefix: queuePrefix,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: 100,
    });
    try {
      for (let loss = 1; loss <= losses; loss++) {
        await waitUntil('the message', async () => (await dying.getNextJob('dying', { block: false }))?.id === id);
        const stalled = once(dying, 'stalled');
        await waitUntil(`loss ${loss}`, async () => {
          await dying.startStalledCheckTimer();
          return (await fixture.tools.queues.tasks.getJob(id))?.stalledCounter === loss;
        });
        await stalled;
      }
    } finally {
      await dying.close();
    }
  }

  it('has lost its attempt', async () => {
    expect(await newsOfLoss(1, false)).to.include({ state: 'lost', attempt: 1 });
  });

  it('has lost none if it was committed before its worker died', async () => {
    expect(await newsOfLoss(1, true)).to.include({ state: 'committed', attempt: 1 });
  });

  it('has lost none if it came back for a task that was committed', async () => {
    expect(await newsOfLoss(2, true)).to.include({ state: 'committed', attempt: 1 });
  });

  it('has lost none if its job has ended, whose commit records are gone', async () => {
    const id = await queuedTask();
    await loseWorkers(id, 1);
    const { jobId: job_id } = parseTaskId(id);
    const ended = { status: 'cancelled', error: null, output: null, counters: zeroCounters() } as const;
    await fixture.tools.jobs.commitVerdict({ ...ended, job_id, finished_at: new Date().toISOString() });
    await tellLoss(fixture.tools, id);
    await fixture.tools.news.flush();
    expect(await fixture.newsOf(id)).to.deep.equal([]);
  });

  /** News of a message that begins again after it was lost and failed so often, and had so many other starts. */
  async function toldBefore(losses: number, failures: number, others: number): Promise<Partial<JobEvent>[]> {
    const { job_id } = await fixture.ask();
    const task = { job_id, kind: 'map', index: 3 } as const;
    const attemptsStarted = losses + failures + others + 1;
    const message = { stalledCounter: losses, attemptsMade: failures, attemptsStarted } as Job;
    tellLossBefore(fixture.tools, task, message);
    await fixture.tools.news.flush();
    return fixture.newsOf(taskId(job_id, 'map', 3));
  }

  it('and has been begun again by another one has lost the attempt before', async () => {
    const [news, ...more] = await toldBefore(1, 1, 0);
    expect(news).to.include({ state: 'lost', attempt: 2 });
    expect(more).to.have.length(0);
  });

  it('is not known to have lost the attempt before if there were starts of another kind', async () => {
    expect(await toldBefore(1, 0, 1)).to.deep.equal([]);
    expect(await toldBefore(0, 2, 0)).to.deep.equal([]);
  });
});
