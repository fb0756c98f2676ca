/** What a history tells of changes, and the figures it gives, in every database. `open` is given who is told. */
import { jobStatusViewSchema } from '@gridmr/contracts';
import type { JobChange, TaskMove } from '@gridmr/history';
import { expect } from 'chai';
import type { OpenedHistory } from './describe-history.js';
import { anyJob, at, attempt, newJob, phase, planned, verdict } from './samples.js';

type Open = (onChange: (change: JobChange) => void) => Promise<OpenedHistory>;

export function describeChanges(name: string, open: Open): void {
  describe(`changes and figures of ${name}`, function () {
    this.timeout(20_000);
    let opened: OpenedHistory;
    let changes: JobChange[];
    let id: string;
    const history = () => opened.history;

    beforeEach(async () => {
      changes = [];
      opened = await open(change => changes.push(change));
      const asked = anyJob({ client_id: 'ada' });
      id = asked.job_id;
      await history().addJob(newJob(asked));
    });
    afterEach(async () => await opened[Symbol.asyncDispose]());

    const moves = (some: readonly TaskMove[]) => some.map(({ kind, index, state }) => `${kind} ${index} ${state}`);
    const figures = { input_records: 5, input_bytes: 5_000_000_000, output_records: 2, output_bytes: 20 };

    it('tells of a job that is submitted, once', async () => {
      expect(changes).to.have.lengthOf(1);
      expect(changes[0]).to.deep.include({ clientId: 'ada', moved: true, tasks: [] });
      expect(changes[0]?.status).to.deep.equal(await history().findStatus(id));
    });

    it('tells which tasks have another state than before, and the status they add up to', async () => {
      await history().recordEvents([planned(id, 3, 1), attempt(id, 'map 0', 1, 'running', 2)]);
      await history().recordEvents([
        attempt(id, 'map 0', 1, 'committed', 3, { final: true }),
        attempt(id, 'map 2', 1, 'failed', 3),
        attempt(id, 'map 1', 1, 'running', 3),
      ]);
      const [, first, second] = changes;
      expect(first?.moved).to.equal(true);
      expect(moves(first?.tasks ?? [])).to.deep.equal(['map 0 running']);
      expect(second?.moved).to.equal(false);
      expect(moves(second?.tasks ?? [])).to.have.members(['map 0 completed', 'map 1 running']);
      for (const { status } of changes) jobStatusViewSchema.parse(status);
      expect(second?.status.tasks.map).to.include({ completed: 1, running: 1, pending: 1 });
    });

    it('tells nothing of news that change nothing', async () => {
      const news = [planned(id, 3, 1), attempt(id, 'map 0', 1, 'committed', 3, { final: true })];
      await history().recordEvents(news);
      const told = changes.length;
      await history().recordEvents(news);
      expect(changes).to.have.lengthOf(told);
    });

    it('tells of the end by a verdict that comes with the news of it, once, and ends no other job', async () => {
      const other = anyJob();
      await history().addJob(newJob(other));
      const news = [planned(id, 1, 0), attempt(id, 'map 0', 1, 'committed', 2), planned(other.job_id, 1, 0)];
      expect(await history().recordEvents(news, [verdict(id, 'completed')])).to.deep.equal([id]);
      expect(changes.at(-1)).to.deep.include({ clientId: 'ada', moved: true });
      const status = await history().findStatus(id);
      expect(changes.at(-1)?.status).to.deep.equal(status);
      expect(status).to.include({ status: 'completed' });
      expect(status?.tasks.map).to.include({ completed: 1 });
      expect(await history().findStatus(other.job_id)).to.include({ status: 'running' });
      expect(await history().recordEvents(news, [verdict(id, 'failed')])).to.deep.equal([]);
      expect(await history().findStatus(id)).to.include({ status: 'completed' });
    });

    it('counts no fewer unfinished jobs than there are for who asks if they are enough, whatever came and ended meanwhile', async () => {
      const bounds = [await history().countUnfinishedJobs('ada', 3)];
      for (const asked of [anyJob({ client_id: 'ada' }), anyJob({ client_id: 'ada' })]) {
        await history().addJob(newJob(asked));
        bounds.push(await history().countUnfinishedJobs('ada', 3));
      }
      expect(bounds).to.deep.equal([1, 2, 3]);
      await history().finishJob(verdict(id, 'failed'));
      expect(await history().countUnfinishedJobs('ada', 3)).to.equal(2);
      await history().retryJob({ ...anyJob({ client_id: 'ada' }), job_id: `${id}-2` });
      expect(await history().countUnfinishedJobs('ada', 3)).to.equal(3);
    });

    it('tells of the end once, and of no move after it', async () => {
      await history().recordEvents([planned(id, 1, 1)]);
      expect(await history().finishJob(verdict(id, 'completed'))).to.equal(true);
      expect(changes.at(-1)).to.deep.include({ clientId: 'ada', moved: true });
      expect(changes.at(-1)?.status.status).to.equal('completed');
      const told = changes.length;
      expect(await history().finishJob(verdict(id, 'failed'))).to.equal(false);
      await history().recordEvents([phase(id, 'commit', 99)]);
      expect(changes.slice(told).some(({ moved }) => moved)).to.equal(false);
    });

    it('gives the states of tasks page by page, map before reduce', async () => {
      await history().recordEvents([
        planned(id, 3, 2),
        attempt(id, 'reduce 1', 1, 'running', 5),
        attempt(id, 'map 2', 1, 'committed', 3, { final: true }),
        attempt(id, 'map 0', 1, 'failed', 3, { final: true }),
      ]);
      const first = await history().taskStates(id, { limit: 2 });
      const second = await history().taskStates(id, { limit: 2, after: first.at(-1) });
      expect(moves(first)).to.deep.equal(['map 0 failed', 'map 2 completed']);
      expect(moves(second)).to.deep.equal(['reduce 1 running']);
      await history().finishJob(verdict(id, 'cancelled'));
      expect(moves(await history().taskStates(id, { limit: 9, after: first.at(-1) }))).to.deep.equal([
        'reduce 1 cancelled',
      ]);
    });

    it('gives the committed attempts page by page, with what went through them', async () => {
      const committed = { final: true, started_at: at(2) };
      await history().recordEvents([
        planned(id, 3, 1),
        { ...attempt(id, 'map 1', 2, 'committed', 4, committed), figures },
        attempt(id, 'map 1', 1, 'failed', 3),
        attempt(id, 'map 0', 1, 'running', 3),
        attempt(id, 'reduce 0', 1, 'committed', 5, committed),
      ]);
      const first = await history().committedAttempts(id, { limit: 1 });
      expect(first).to.deep.equal([{ kind: 'map', index: 1, startedAt: at(2), finishedAt: at(4), figures }]);
      const second = await history().committedAttempts(id, { limit: 2, after: first.at(-1) });
      expect(second).to.deep.equal([{ kind: 'reduce', index: 0, startedAt: at(2), finishedAt: at(5), figures: null }]);
    });

    it('knows when each phase began, whatever order the news came in', async () => {
      expect(await history().phaseTimes(id)).to.deep.equal({});
      await history().recordEvents([phase(id, 'commit', 9), phase(id, 'reduce', 6), planned(id, 1, 1, 2)]);
      await history().recordEvents([phase(id, 'reduce', 5), phase(id, 'commit', 10)]);
      expect(await history().phaseTimes(id)).to.deep.equal({ map: at(2), reduce: at(5), commit: at(9) });
    });

    it('counts jobs by status, and the tasks of those that have not ended', async () => {
      const other = anyJob();
      await history().addJob(newJob(other));
      await history().recordEvents([planned(id, 3, 2), planned(other.job_id, 50, 1)]);
      await history().recordEvents([attempt(id, 'map 0', 1, 'running', 3), attempt(id, 'map 1', 1, 'committed', 3)]);
      await history().finishJob(verdict(other.job_id, 'failed'));
      expect(await history().countRecords()).to.deep.equal({
        jobs: { queued: 0, running: 1, completed: 0, failed: 1, cancelled: 0 },
        tasks: { pending: 3, running: 1, completed: 1, failed: 0 },
      });
    });
  });
}
