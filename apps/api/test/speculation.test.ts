/** Which tasks are begun a second time, from what history, queue and workers say. No worker runs: what is queued stays there. */
import { messageIds, queueNames, queuePrefix, type TaskData, taskId } from '@gridmr/contracts';
import { sendHeartbeat } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { Worker } from 'bullmq';
import { expect } from 'chai';
import { speculate } from '../dist/speculation/speculate.js';
import { withApi } from './api-under-test.js';
import { commitTask, planOf } from './planned-job.js';

const tasks = 20;
const straggler = 7;
const token = 'straggler';
const start = Date.parse('2030-01-01T00:00:00.000Z');
/** What each completed task took. */
const usualMs = 2_000;
/** What the straggler has taken so far. */
const longMs = 3_500;

const at = (ms: number) => new Date(start + ms).toISOString();

describe('speculation', function () {
  this.timeout(30_000);
  const api = withApi();
  const takers: Worker[] = [];

  afterEach(async () => {
    await Promise.all(takers.splice(0).map(taker => taker.close()));
  });

  const look = () => speculate(api().dependencies);
  const queue = () => api().queues.tasks;
  const second = (id: string, index = straggler) => queue().getJob(messageIds.speculative(taskId(id, 'map', index)));

  /** A job in its map phase of which so many tasks are completed. */
  async function jobWith(completed: number, more: object = {}, total = tasks): Promise<string> {
    const id = await api().submitted(more);
    await planOf(api(), id, total);
    const input = { files: 1, bytes: 20 };
    await api().history.recordEvents([
      { type: 'planned', job_id: id, at: at(0), map_tasks: total, reduce_tasks: 1, input },
      ...Array.from({ length: completed }, (_, i) => ({
        ...{ type: 'attempt' as const, job_id: id, task_id: taskId(id, 'map', total - 1 - i), attempt: 1 },
        ...{
          started_at: at(0),
          at: at(usualMs),
          state: 'committed' as const,
          worker_id: 'w1',
          error: null,
          final: true,
        },
      })),
    ]);
    return id;
  }

  /** A worker has a message of the job in hand, for so long. */
  async function atWork(id: string, ageMs = longMs, index = straggler, more: Partial<TaskData> = {}): Promise<void> {
    const messageId = taskId(id, 'map', index);
    await queue().add('map', { job_id: id, kind: 'map', index, ...more }, { jobId: messageId, priority: 1 });
    const connection = { url: api().redisUrl };
    const taker = new Worker(queueNames.tasks, null, { connection, prefix: queuePrefix, autorun: false, name: 'slow' });
    takers.push(taker);
    await waitUntil('the message', () => taker.getNextJob(token, { block: false }));
    await api().redis.hset(queue().toKey(messageId), 'processedOn', Date.now() - ageMs);
  }

  const worker = (worker_id: string, slots = 1) =>
    sendHeartbeat(api().redis, {
      ...{
        worker_id,
        host: 'h',
        pid: 1,
        version: '0',
        state: 'busy',
        slots,
        active_tasks: 0,
        cpu_percent: 0,
        rss_mb: 1,
      },
      ...{ tasks_completed: 0, tasks_failed: 0, started_at: at(0), last_heartbeat_at: at(0) },
    });

  const workers = () => Promise.all([worker('slow'), worker('idle')]);

  it('begins a straggler a second time, by a message that delays no other and has the next number', async () => {
    const id = await jobWith(19);
    await workers();
    await atWork(id);
    await look();
    const message = await second(id);
    expect(message?.data).to.deep.equal({
      ...{ job_id: id, kind: 'map', index: straggler },
      speculative: { attempt: 2, straggler: taskId(id, 'map', straggler) },
    });
    expect(message?.parentKey).to.equal(undefined);
    expect(message?.opts).to.include({ priority: 2_097_151, attempts: 1 });
    // A later start of the straggler is number 3.
    expect((await queue().getJob(taskId(id, 'map', straggler)))?.data).to.include({ attempts_before: 1 });
  });

  it('begins it so at most once at a time', async () => {
    const id = await jobWith(19);
    await workers();
    await atWork(id);
    await look();
    await look();
    expect(await queue().getPrioritizedCount()).to.equal(1);
    expect((await queue().getJob(taskId(id, 'map', straggler)))?.data).to.include({ attempts_before: 1 });
  });

  it('begins at most a tenth of the tasks of a phase a second time', async () => {
    const id = await jobWith(16);
    await Promise.all([worker('slow', 4), worker('idle', 8)]);
    for (const index of [0, 1, 2, 3]) await atWork(id, longMs + index * 1000, index);
    await look();
    const found = await Promise.all([0, 1, 2, 3].map(async index => (await second(id, index)) !== undefined));
    expect(found).to.deep.equal([false, false, true, true]);
    for (const index of [2, 3]) await (await second(id, index))?.remove();
    await look();
    expect(await queue().getPrioritizedCount()).to.equal(0);
  });

  it('may always begin one, however few tasks a phase has', async () => {
    const id = await jobWith(1, {}, 2);
    await workers();
    await atWork(id, longMs, 0);
    await look();
    expect(await second(id, 0)).not.to.equal(undefined);
  });

  const reasonsNot: Record<string, () => Promise<string>> = {
    'it is the only one of its phase': async () => {
      const id = await jobWith(0, {}, 1);
      await workers();
      await atWork(id);
      return id;
    },
    'fewer than half of its siblings are completed': async () => {
      const id = await jobWith(9);
      await workers();
      await atWork(id);
      return id;
    },
    'it takes no longer than others do': async () => {
      const id = await jobWith(19);
      await workers();
      await atWork(id, usualMs * 1.3);
      return id;
    },
    'its job says speculative: false': async () => {
      const id = await jobWith(19, { speculative: false });
      await workers();
      await atWork(id);
      return id;
    },
    'it shares its message with others': async () => {
      const id = await jobWith(18);
      await workers();
      await atWork(id, longMs, straggler, { more: [straggler + 1] });
      return id;
    },
    'it is committed, and its worker only did not end': async () => {
      const id = await jobWith(18);
      await workers();
      await atWork(id);
      await commitTask(api(), id, straggler);
      return id;
    },
    'anything else waits in the queue': async () => {
      const id = await jobWith(19);
      await workers();
      await atWork(id);
      const other = await api().submitted();
      await queue().add('map', { job_id: other, kind: 'map', index: 0 }, { priority: 1000 });
      return id;
    },
    'no worker but its own has an idle slot': async () => {
      const id = await jobWith(18);
      await Promise.all([worker('slow', 8), worker('idle', 0)]);
      await atWork(id);
      return id;
    },
    'another API process is the one that sweeps': async () => {
      const id = await jobWith(19);
      await workers();
      await atWork(id);
      await api().anotherQueue().maySweep();
      return id;
    },
  };
  for (const [why, prepare] of Object.entries(reasonsNot)) {
    it(`leaves a task alone if ${why}`, async () => {
      const id = await prepare();
      await look();
      expect(await second(id)).to.equal(undefined);
    });
  }

  it('leaves tiny tasks alone, however much longer than others one takes', async () => {
    const id = await jobWith(0);
    const quick = Array.from({ length: 19 }, (_, i) => quickCommit(id, i === straggler ? 19 : i));
    await api().history.recordEvents(quick);
    await workers();
    await atWork(id, 700);
    await look();
    expect(await second(id)).to.equal(undefined);
  });

  function quickCommit(id: string, index: number) {
    return {
      ...{ type: 'attempt' as const, job_id: id, task_id: taskId(id, 'map', index), attempt: 1 },
      ...{ started_at: at(0), at: at(5), state: 'committed' as const, worker_id: 'w1', error: null, final: true },
    };
  }
});
