/** What the sweep does about jobs, from what is asked, done and queued. No worker runs: what it queues stays there. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  jobFiles,
  messageIds,
  outputClaimsDirectory,
  queueNames,
  queuePrefix,
  sweepLimits,
  taskId,
} from '@gridmr/contracts';
import type { Queues } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'chai';
import { Sweep } from '../dist/index.js';
import { type ApiUnderTest, withApi } from './api-under-test.js';
import { commitTask, planOf } from './planned-job.js';
import { attemptEvent, verdictOf } from './submitted-job.js';

const everyMs = 100;

describe('the sweep', function () {
  this.timeout(30_000);
  const api = withApi();
  let sweep: Sweep | undefined;

  afterEach(async () => {
    await sweep?.[Symbol.asyncDispose]();
    sweep = undefined;
  });

  const startSweep = () => {
    sweep = new Sweep(api().dependencies, everyMs);
  };

  /** Messages of the job in the control queue, by what they ask for. */
  async function messagesOf(jobId: string): Promise<string[]> {
    const messages = await api().queues.control.getJobs();
    return messages.filter(message => message.data.job_id === jobId).map(message => message.name);
  }

  const asksFor = (jobId: string, name: string) =>
    waitUntil(`a message that asks for ${name}`, async () => (await messagesOf(jobId)).includes(name));

  /** As the plan step leaves it: a barrier with so many tasks below it. */
  async function addFlow(jobId: string, tasks: number, below: { hold?: boolean } = {}): Promise<void> {
    const children = Array.from({ length: tasks }, (_, index) => ({
      name: 'map',
      queueName: queueNames.tasks,
      data: { job_id: jobId, kind: 'map', index },
      opts: { jobId: taskId(jobId, 'map', index), priority: 1, failParentOnFailure: true },
    }));
    const hold = { name: 'hold', queueName: queueNames.hold, opts: { jobId: messageIds.hold(jobId, 'map') } };
    await api().queues.flows.add({
      name: 'map-barrier',
      queueName: queueNames.control,
      data: { job_id: jobId },
      opts: { jobId: messageIds.mapBarrier(jobId) },
      children: below.hold ? [hold, ...children] : children,
    });
  }

  /** A job with a plan of two map tasks, whose plan message has been dealt with. */
  async function plannedJob(): Promise<string> {
    const id = await api().submitted();
    await planOf(api(), id, 2);
    await api().queues.control.remove(messageIds.plan(id));
    return id;
  }

  /** Two whole passes later. */
  async function passes(): Promise<void> {
    const witness = await api().submitted();
    await api().jobStore.commitVerdict(verdictOf(witness, 'failed'));
    await waitUntil('two passes', async () => (await api().history.findStatus(witness))?.status === 'failed');
  }

  describe('a job that waits for its plan', () => {
    it('is queued again after Redis was wiped', async () => {
      const ids = [await api().submitted(), await api().submitted(), await api().submitted()];
      await api().redis.flushall();
      startSweep();
      for (const id of ids) await asksFor(id, 'plan');
    });

    it('is queued once, however often it is looked at', async () => {
      const id = await api().submitted();
      startSweep();
      await passes();
      expect(await messagesOf(id)).to.deep.equal(['plan']);
    });

    it('gets what was asked written again, if that is missing', async () => {
      const id = await api().submitted();
      await api().store.remove(jobFiles.asked(id));
      await api().redis.flushall();
      startSweep();
      await asksFor(id, 'plan');
      expect(await api().jobStore.readAsked(id)).to.deep.equal(await api().history.askedJob(id));
    });
  });

  describe('a planned job', () => {
    const damages: Record<string, (id: string) => Promise<unknown>> = {
      'whose messages vanished': () => api().redis.flushall(),
      'whose flow was half added': id => addFlow(id, 1, { hold: true }),
      'whose barrier is gone while its tasks are there': async id => {
        await addFlow(id, 2);
        await api().queues.control.remove(messageIds.mapBarrier(id), { removeChildren: false });
      },
      'whose barrier has failed': async id => {
        await addFlow(id, 0);
        await takeBarrier(api(), async (barrier, token) => {
          await barrier.moveToFailed(new UnrecoverableError('a task failed'), token);
        });
      },
      'whose barrier has completed without a word': async id => {
        await addFlow(id, 0);
        await takeBarrier(api(), async (barrier, token) => {
          await barrier.moveToCompleted(null, token, false);
        });
      },
      'whose tasks vanished from under their barrier': async id => {
        await addFlow(id, 2);
        await vanish(api(), [taskId(id, 'map', 0), taskId(id, 'map', 1)]);
      },
    };

    for (const [what, damage] of Object.entries(damages)) {
      it(`${what} is mended`, async () => {
        const id = await plannedJob();
        await damage(id);
        startSweep();
        await asksFor(id, 'mend');
      });
    }

    it('whose tasks wait is left alone', async () => {
      const id = await plannedJob();
      await addFlow(id, 2);
      startSweep();
      await passes();
      expect(await messagesOf(id)).to.deep.equal(['map-barrier']);
    });

    it('of which some tasks vanished is left alone while others go on', async () => {
      const id = await plannedJob();
      await addFlow(id, 2);
      await vanish(api(), [taskId(id, 'map', 0)]);
      startSweep();
      await passes();
      expect(await messagesOf(id)).to.deep.equal(['map-barrier']);
    });

    it('gives its new attempts numbers that no earlier one had', async () => {
      const id = await plannedJob();
      await api().history.recordEvents([attemptEvent(id, 0, 1, 'failed'), attemptEvent(id, 1, 3, 'running')]);
      await api().redis.flushall();
      startSweep();
      await asksFor(id, 'mend');
      const message = await api().queues.control.getJob(messageIds.mend(id));
      expect(message?.data).to.deep.equal({ job_id: id, attempts_before: 3 });
    });

    it('shows the tasks that stand committed, though the news of them were lost', async () => {
      const id = await plannedJob();
      await commitTask(api(), id, 1);
      await api().redis.flushall();
      startSweep();
      await asksFor(id, 'mend');
      const status = await api().history.findStatus(id);
      expect(status).to.include({ status: 'running', phase: 'map' });
      expect(status?.tasks.map).to.deep.equal({ total: 2, pending: 1, running: 0, completed: 1, failed: 0 });
      const task = await api().history.findTask(id, taskId(id, 'map', 1));
      expect(task?.attempts).to.have.length(1);
      expect(task?.attempts[0]).to.include({ attempt: 2, state: 'committed', worker_id: 'w7' });
    });

    it('shows them also when nothing but the news was lost', async () => {
      const id = await plannedJob();
      await addFlow(id, 2);
      await commitTask(api(), id, 1);
      startSweep();
      await waitUntil('the task', async () => (await api().history.findStatus(id))?.tasks.map.completed === 1);
      expect(await messagesOf(id)).to.deep.equal(['map-barrier']);
    });
  });

  describe('a job that has ended', () => {
    it('gets its verdict recorded, if nobody was told, and is cleaned up', async () => {
      const id = await plannedJob();
      await commitTask(api(), id, 0);
      await api().jobStore.commitVerdict(verdictOf(id, 'completed'));
      await api().redis.flushall();
      startSweep();
      await asksFor(id, 'clean-up');
      expect(await api().history.findStatus(id)).to.include({ status: 'completed' });
      expect((await api().history.findTask(id, taskId(id, 'map', 0)))?.attempts[0]?.state).to.equal('committed');
      expect(await messagesOf(id)).to.deep.equal(['clean-up']);
    });

    it('is left alone, with the dead letters that it keeps', async () => {
      const id = await api().submitted();
      await api().jobStore.commitVerdict(verdictOf(id, 'failed'));
      await api().history.finishJob(verdictOf(id, 'failed'));
      await api().store.write(jobFiles.deadLetterFile(id, 0), Buffer.from('x'));
      await api().redis.flushall();
      startSweep();
      await passes();
      expect(await messagesOf(id)).to.deep.equal([]);
    });

    for (const [what, path] of [
      ['whose clean-up was lost', 'plan.json'],
      ['to which a late attempt has added a file', 'map/00000/m-00000.a1-late.segment'],
    ] as const) {
      it(`${what} is cleaned up`, async () => {
        const id = await api().submitted();
        await api().jobStore.commitVerdict(verdictOf(id, 'completed'));
        await api().history.finishJob(verdictOf(id, 'completed'));
        await api().redis.flushall();
        await api().store.write(`${jobFiles.directory(id)}/${path}`, Buffer.from('x'));
        startSweep();
        await asksFor(id, 'clean-up');
      });
    }

    describe('that has failed', () => {
      /** Its committed tasks are there; it ended so many hours ago. */
      async function failedJob(hoursAgo: number): Promise<string> {
        const id = await plannedJob();
        const finished_at = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
        await api().jobStore.commitVerdict({ ...verdictOf(id, 'failed'), finished_at });
        await api().history.finishJob({ ...verdictOf(id, 'failed'), finished_at });
        await api().redis.flushall();
        return id;
      }

      it('keeps its committed tasks for a retry', async () => {
        const id = await failedJob(23);
        startSweep();
        await passes();
        expect(await messagesOf(id)).to.deep.equal([]);
      });

      it('keeps them no longer than the settings say: then all goes', async () => {
        const id = await failedJob(25);
        startSweep();
        await asksFor(id, 'clean-up');
        const message = await api().queues.control.getJob(messageIds.cleanUp(id));
        expect(message?.data).to.deep.equal({ job_id: id, expired: true });
      });

      it('keeps what an earlier run has left until the job ends', async () => {
        const id = await failedJob(25);
        expect((await api().http.post(`/api/v1/jobs/${id}/retry`)).status).to.equal(202);
        startSweep();
        await passes();
        expect(await messagesOf(id)).to.deep.equal([]);
      });
    });

    it('that still claims its output path is cleaned up', async () => {
      const id = await api().submitted();
      await api().jobStore.commitVerdict(verdictOf(id, 'cancelled'));
      await api().history.finishJob(verdictOf(id, 'cancelled'));
      await api().redis.flushall();
      await api().store.write(`${outputClaimsDirectory}/abc`, Buffer.from(id));
      startSweep();
      await asksFor(id, 'clean-up');
    });

    it('is looked through again when a cancel could not reach Redis', async () => {
      const id = await plannedJob();
      await api().store.write(`${outputClaimsDirectory}/abc`, Buffer.from(id));
      startSweep();
      await passes();
      await api().jobStore.commitVerdict(verdictOf(id, 'cancelled'));
      await api().history.finishJob(verdictOf(id, 'cancelled'));
      sweep?.request();
      await asksFor(id, 'clean-up');
    });
  });

  it('rests the longer the longer a page took', async () => {
    const pageMs = 30;
    const begun: number[] = [];
    const unfinishedJobs = async () => {
      begun.push(performance.now());
      await delay(pageMs);
      return [];
    };
    const history = Object.create(api().history, { unfinishedJobs: { value: unfinishedJobs } });
    sweep = new Sweep({ ...api().dependencies, history }, everyMs);
    await waitUntil('two pages', () => begun.length > 1);
    const [first = 0, second = 0] = begun;
    expect(second - first).to.be.at.least(pageMs * (1 + sweepLimits.restShare) - 5);
  });

  it('works again once Redis does', async () => {
    const id = await api().submitted();
    await api().redis.flushall();
    const { queue } = api().dependencies;
    let failures = 2;
    const inspectFlow = queue.inspectFlow.bind(queue);
    queue.inspectFlow = async jobId => {
      if (failures-- > 0) throw new Error('Redis is away');
      return inspectFlow(jobId);
    };
    startSweep();
    await asksFor(id, 'plan');
    const told = () => api().log.lines.filter(line => line.message.startsWith('the sweep'));
    // The message is there before the pass that queued it has ended.
    await waitUntil('the news that it works', () => told().length > 1);
    expect(told()).to.have.length(2);
  });

  it('is made by one API process at a time, and by another when that one ends', async () => {
    const { queue } = api().dependencies;
    const other = api().anotherQueue();
    expect(await queue.maySweep()).to.equal(true);
    expect(await queue.maySweep()).to.equal(true);
    expect(await other.maySweep()).to.equal(false);
    await queue.endSweeping();
    expect(await other.maySweep()).to.equal(true);
  });
});

/** A barrier that waits for nothing, taken as a worker takes it. */
async function takeBarrier(
  api: ApiUnderTest,
  end: (barrier: NonNullable<Awaited<ReturnType<Worker['getNextJob']>>>, token: string) => Promise<void>,
): Promise<void> {
  const connection = { url: api.redisUrl };
  const worker = new Worker(queueNames.control, null, { connection, prefix: queuePrefix, autorun: false });
  try {
    const barrier = await worker.getNextJob('token', { block: false });
    if (barrier === undefined) throw new Error('there is no barrier to take');
    await end(barrier, 'token');
  } finally {
    await worker.close();
  }
}

/** As if Redis had never heard of these tasks, while their barrier waits for them. */
async function vanish(api: ApiUnderTest, ids: readonly string[]): Promise<void> {
  const { tasks }: Queues = api.queues;
  for (const id of ids) {
    await api.redis.zrem(tasks.toKey('prioritized'), id);
    await api.redis.del(tasks.toKey(id));
  }
}
