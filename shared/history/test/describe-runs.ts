/** What retries and deletions make of the records, for every database. */
import { type AskedJob, type Job, runId, type Task, taskId } from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import { expect } from 'chai';
import type { OpenedHistory } from './describe-history.js';
import { anyJob, at, attempt, newJob, phase, planned, verdict } from './samples.js';

const anyRows = 1000;

/** `open` makes an empty one. */
export function describeRuns(name: string, openNew: () => Promise<OpenedHistory>): void {
  describe(`runs of jobs, ${name}`, function () {
    this.timeout(20_000);
    let opened: OpenedHistory;
    before(async () => {
      opened = await openNew();
    });
    after(() => opened?.[Symbol.asyncDispose]());
    describeIn(() => opened.history);
  });
}

function describeIn(open: () => History): void {
  const job = async (id: string): Promise<Job> => (await open().findJob(id)) as Job;
  const task = async (id: string, kind: 'map' | 'reduce', index: number): Promise<Task> =>
    (await open().findTask(id, taskId(id, kind, index))) as Task;

  /** A job of two map tasks and one reduce task; the first map task is committed, the second has failed for good. */
  async function failedJob(): Promise<AskedJob> {
    const asked = anyJob();
    const id = asked.job_id;
    await open().addJob(newJob(asked));
    await open().recordEvents([
      planned(id, 2, 1),
      attempt(id, 'map 0', 1, 'committed', 2),
      attempt(id, 'map 1', 1, 'failed', 3, { final: true }),
    ]);
    await open().finishJob(verdict(id, 'failed'));
    return asked;
  }

  function nextRun(asked: AskedJob, keeps: { map: boolean; reduce: boolean }, run = 2): AskedJob {
    return {
      ...asked,
      job_id: runId(asked.job_id, run),
      goes_on_from: { job_id: runId(asked.job_id, run - 1), ...keeps },
    };
  }

  describe('retryJob', () => {
    it('queues the job again, in a new run, with what is asked now', async () => {
      const asked = await failedJob();
      const next = nextRun({ ...asked, spec: { ...asked.spec, task_timeout: 7 } }, { map: true, reduce: true });
      expect(await open().retryJob(next)).to.equal(true);
      const { status, phase: at, error, finished_at, run, spec } = await job(asked.job_id);
      expect({ status, at, error, finished_at, run }).to.deep.equal({
        status: 'queued',
        at: null,
        error: null,
        finished_at: null,
        run: 2,
      });
      expect(spec.task_timeout).to.equal(7);
      expect(await open().askedJob(asked.job_id)).to.deep.equal(next);
      expect(await open().currentRun(asked.job_id)).to.equal(next.job_id);
      expect(await open().unfinishedJobs(anyRows)).to.include(next.job_id);
    });

    it('forgets when the phases of the run before began, and which of its commits do not count any more', async () => {
      const again = await failedJob();
      const id = again.job_id;
      await open().retryJob(nextRun(again, { map: false, reduce: false }));
      expect(await open().phaseTimes(id)).to.deep.equal({});
      expect(await open().committedAttempts(id, { limit: 10 })).to.deep.equal([]);
      const kept = await failedJob();
      await open().retryJob(nextRun(kept, { map: true, reduce: true }));
      const counted = await open().committedAttempts(kept.job_id, { limit: 10 });
      expect(counted.map(({ kind, index }) => `${kind} ${index}`)).to.deep.equal(['map 0']);
    });

    it('keeps what is committed, and lets the rest wait', async () => {
      const { job_id: id, ...asked } = await failedJob();
      await open().retryJob(nextRun({ job_id: id, ...asked }, { map: true, reduce: true }));
      expect((await job(id)).tasks.map).to.deep.equal({ total: 2, pending: 1, running: 0, completed: 1, failed: 0 });
      expect((await task(id, 'map', 0)).state).to.equal('completed');
      expect((await task(id, 'map', 1)).state).to.equal('pending');
      const { items } = await open().listTasks(id, { limit: 10, state: 'pending' });
      expect(items.map(each => each.task_id)).to.deep.equal([taskId(id, 'map', 1), taskId(id, 'reduce', 0)]);
    });

    it('lets all tasks of a stage wait that is repeated, and shows the attempts of both runs', async () => {
      const asked = await failedJob();
      const id = asked.job_id;
      const next = nextRun(asked, { map: false, reduce: false });
      await open().retryJob(next);
      expect((await job(id)).tasks.map).to.deep.include({ pending: 2, completed: 0 });
      expect((await task(id, 'map', 0)).state).to.equal('pending');
      await open().recordEvents([phase(next.job_id, 'map', 200), attempt(next.job_id, 'map 0', 1, 'committed', 201)]);
      const { state, attempts } = await task(id, 'map', 0);
      expect(state).to.equal('completed');
      expect(attempts.map(each => [each.run, each.attempt, each.state])).to.deep.equal([
        [1, 1, 'committed'],
        [2, 1, 'committed'],
      ]);
      expect((await job(id)).status).to.equal('running');
      expect(await open().highestAttempt(next.job_id)).to.equal(1);
    });

    it('is refused for any other job, and for all but the first of several at once', async () => {
      const unfinished = anyJob();
      await open().addJob(newJob(unfinished));
      expect(await open().retryJob(nextRun(unfinished, { map: true, reduce: true }))).to.equal(false);
      const completed = anyJob();
      await open().addJob(newJob(completed));
      await open().finishJob(verdict(completed.job_id, 'completed'));
      expect(await open().retryJob(nextRun(completed, { map: true, reduce: true }))).to.equal(false);
      const asked = await failedJob();
      const next = nextRun(asked, { map: true, reduce: true });
      const both = await Promise.all([open().retryJob(next), open().retryJob(next)]);
      expect(both.sort()).to.deep.equal([false, true]);
    });

    it('is not changed by late news of the run before, which still tell of its attempts', async () => {
      const asked = await failedJob();
      const id = asked.job_id;
      await open().recordEvents([attempt(id, 'reduce 0', 1, 'running', 4)]);
      const next = nextRun(asked, { map: true, reduce: false });
      await open().retryJob(next);
      const stopped = (await task(id, 'reduce', 0)).attempts[0];
      expect(stopped).to.include({ run: 1, state: 'cancelled', finished_at: at(100) });
      await open().recordEvents([
        phase(id, 'commit', 300),
        attempt(id, 'reduce 0', 1, 'committed', 301),
        attempt(id, 'map 1', 2, 'running', 302),
      ]);
      expect(await open().finishJob(verdict(id, 'completed', 303))).to.equal(false);
      expect(await job(id)).to.include({ status: 'queued', phase: null });
      expect((await task(id, 'reduce', 0)).state).to.equal('pending');
      expect((await task(id, 'reduce', 0)).attempts[0]?.state).to.equal('committed');
      expect((await task(id, 'map', 1)).state).to.equal('pending');
      // A commit of a stage that is kept counts, however late the news of it.
      await open().recordEvents([attempt(id, 'map 1', 2, 'committed', 304)]);
      expect((await task(id, 'map', 1)).state).to.equal('completed');
      expect((await job(id)).tasks.map.completed).to.equal(2);
      expect(await open().finishJob(verdict(next.job_id, 'completed', 305))).to.equal(true);
    });
  });

  describe('deleteJob', () => {
    it('takes the record, its tasks and its idempotency key away, and remembers what is left to remove', async () => {
      const asked = anyJob();
      const id = asked.job_id;
      await open().addJob(newJob(asked, { key: `key-${id}`, digest: 'd' }));
      await open().recordEvents([
        planned(id, 2, 1),
        attempt(id, 'map 0', 1, 'committed', 2),
        attempt(id, 'map 1', 1, 'committed', 2),
      ]);
      await open().finishJob(verdict(id, 'completed'));
      const deletion = await open().deleteJob(id, true);
      expect(deletion).to.deep.include({ jobId: id, runs: 1, outputPath: asked.spec.output_path, outputGoes: true });
      expect(await open().findJob(id)).to.equal(undefined);
      expect(await open().findSubmission(asked.spec.client_id, `key-${id}`)).to.equal(undefined);
      expect(await open().deletions(anyRows)).to.deep.include(deletion);
      expect(await open().deleteRows(id, 1)).to.equal(false);
      while (!(await open().deleteRows(id, 1)));
      await open().forgetDeletion(id);
      expect((await open().deletions(anyRows)).map(each => each.jobId)).not.to.include(id);
      await open().addJob(newJob(asked));
      await open().recordEvents([planned(id, 2, 1)]);
      expect((await task(id, 'map', 0)).attempts, 'no row was left').to.deep.equal([]);
    });

    it('refuses a job that has not finished, and knows none that is not there', async () => {
      const asked = anyJob();
      expect(await open().deleteJob(asked.job_id, true)).to.equal(undefined);
      await open().addJob(newJob(asked));
      expect(await open().deleteJob(asked.job_id, true)).to.equal(false);
      expect((await job(asked.job_id)).status).to.equal('queued');
    });
  });

  describe('expiredJobs', () => {
    it('names finished jobs that ended before a time, or beyond a number, oldest end first', async () => {
      while (true) {
        const before = await open().expiredJobs({ jobs: 0 }, anyRows);
        if (before.length === 0) break;
        for (const id of before) await open().deleteJob(id, false);
      }
      const ids: string[] = [];
      for (const seconds of [10, 20, 30]) {
        const asked = anyJob();
        await open().addJob(newJob(asked));
        await open().finishJob(verdict(asked.job_id, 'completed', seconds));
        ids.push(asked.job_id);
      }
      await open().addJob(newJob(anyJob()));
      expect(await open().expiredJobs({}, anyRows)).to.deep.equal([]);
      expect(await open().expiredJobs({ endedSince: at(20) }, anyRows)).to.deep.equal(ids.slice(0, 1));
      expect(await open().expiredJobs({ jobs: 1 }, anyRows)).to.deep.equal(ids.slice(0, 2));
      expect(await open().expiredJobs({ jobs: 1 }, 1)).to.deep.equal(ids.slice(0, 1));
      expect(await open().expiredJobs({ jobs: 3 }, anyRows)).to.deep.equal([]);
    });
  });
}
