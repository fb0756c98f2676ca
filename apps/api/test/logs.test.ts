import { attemptLogLinesMax, jobLogPath, runId, type TaskKind, taskId } from '@gridmr/contracts';
import { expect } from 'chai';
import { withApi } from './api-under-test.js';
import { attemptEvent, plannedEvent, verdictOf } from './submitted-job.js';

describe('GET /api/v1/jobs/{id}/logs', () => {
  const api = withApi();
  const read = async (id: string, query = '') => (await api().http.get(`/api/v1/jobs/${id}/logs${query}`)).body;
  const lineOf = (line: { text: string }) => line.text;

  /** As a task thread writes it. */
  async function logged(
    id: string,
    index: number,
    attempt: number,
    lines: string[],
    dropped = 0,
    kind: TaskKind = 'map',
  ): Promise<void> {
    await api().store.write(jobLogPath(id, kind, index, attempt), Buffer.from(JSON.stringify({ lines, dropped })));
  }

  async function plannedJob(mapTasks = 2): Promise<string> {
    const id = await api().submitted();
    await api().history.recordEvents([plannedEvent(id, mapTasks, 1)]);
    return id;
  }

  it('lists lines of committed attempts and of failed ones, told apart', async () => {
    const id = await plannedJob();
    await logged(id, 0, 1, ['a', 'b']);
    await logged(id, 0, 2, ['c']);
    await api().history.recordEvents([attemptEvent(id, 0, 1, 'failed'), attemptEvent(id, 0, 2, 'committed')]);
    const { items, next_cursor } = await read(id);
    const told = { job_id: id, task_id: taskId(id, 'map', 0), run: 1 };
    expect(items).to.deep.equal([
      { ...told, attempt: 1, attempt_state: 'failed', line: 1, text: 'a' },
      { ...told, attempt: 1, attempt_state: 'failed', line: 2, text: 'b' },
      { ...told, attempt: 2, attempt_state: 'committed', line: 1, text: 'c' },
    ]);
    expect(next_cursor).to.equal(null);
  });

  it('leaves out attempts that were lost, superseded, stopped, or still run', async () => {
    const id = await plannedJob(4);
    for (const [index, state] of (['lost', 'superseded', 'cancelled', 'running'] as const).entries()) {
      await logged(id, index, 1, [state]);
      await api().history.recordEvents([attemptEvent(id, index, 1, state)]);
    }
    expect((await read(id)).items).to.deep.equal([]);
  });

  it('goes from map to reduce, by numbers and not by names', async () => {
    const id = await plannedJob(100_002);
    for (const index of [100_001, 99_999, 2]) {
      await logged(id, index, 1, [`m${index}`]);
      await api().history.recordEvents([attemptEvent(id, index, 1, 'committed')]);
    }
    await logged(id, 0, 1, ['r0'], 0, 'reduce');
    await api().history.recordEvents([
      { ...attemptEvent(id, 0, 1, 'committed'), task_id: taskId(id, 'reduce', 0) } as ReturnType<typeof attemptEvent>,
    ]);
    expect((await read(id)).items.map(lineOf)).to.deep.equal(['m2', 'm99999', 'm100001', 'r0']);
  });

  it('says how many lines of an attempt were dropped', async () => {
    const id = await plannedJob();
    await logged(id, 0, 1, ['a'], 12);
    await api().history.recordEvents([attemptEvent(id, 0, 1, 'committed')]);
    const { items } = await read(id);
    expect(items[1]).to.include({ line: 2, text: '(12 more lines were not kept)', dropped: 12 });
  });

  it('answers pages of any size, the same lines as one page', async () => {
    const id = await plannedJob(3);
    for (const index of [0, 1, 2]) {
      await logged(id, index, 1, [`${index}a`, `${index}b`, `${index}c`], index);
      await api().history.recordEvents([attemptEvent(id, index, 1, 'committed')]);
    }
    const all = (await read(id)).items;
    expect(all).to.have.length(11);
    for (const limit of [1, 2, 3, 4, 11]) {
      const pages: object[] = [];
      let cursor = '';
      do {
        const page = await read(id, `?limit=${limit}${cursor}`);
        expect(page.items.length).to.be.at.most(limit);
        pages.push(...page.items);
        cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
      } while (cursor !== '');
      expect(pages, `pages of ${limit}`).to.deep.equal(all);
    }
  });

  it('lists those of one task', async () => {
    const id = await plannedJob();
    for (const index of [0, 1]) {
      await logged(id, index, 1, [`${index}`]);
      await api().history.recordEvents([attemptEvent(id, index, 1, 'committed')]);
    }
    expect((await read(id, `?task_id=${taskId(id, 'map', 1)}`)).items.map(lineOf)).to.deep.equal(['1']);
  });

  it('lists those of all runs of a job', async () => {
    const id = await plannedJob();
    await logged(id, 0, 1, ['first']);
    await api().history.recordEvents([attemptEvent(id, 0, 1, 'failed')]);
    await api().history.finishJob(await api().jobStore.commitVerdict(verdictOf(id, 'failed')));
    await api().http.post(`/api/v1/jobs/${id}/retry`);
    await logged(runId(id, 2), 0, 1, ['second']);
    await api().history.recordEvents([attemptEvent(runId(id, 2), 0, 1, 'committed')]);
    const { items } = await read(id);
    expect(items.map((line: { run: number; text: string }) => [line.run, line.text])).to.deep.equal([
      [1, 'first'],
      [2, 'second'],
    ]);
    expect(items[1].task_id).to.equal(taskId(id, 'map', 0));
  });

  it('outlives the clean-up', async () => {
    const id = await plannedJob();
    await logged(id, 0, 1, ['kept']);
    await api().history.recordEvents([attemptEvent(id, 0, 1, 'committed')]);
    await api().jobStore.removeIntermediates(id);
    expect((await read(id)).items.map(lineOf)).to.deep.equal(['kept']);
  });

  it('answers 404 for the id of no job, and 400 for a cursor of another list', async () => {
    expect(await read(`j${'0'.repeat(22)}`)).to.include({ status: 404, code: 'not_found' });
    const id = await plannedJob();
    expect(await read(id, '?cursor=nonsense')).to.include({ status: 400, code: 'invalid_request' });
  });

  it('keeps an equal share of each task, so that what a job keeps is bounded', () => {
    expect([1, 100, 1000, 100_000].map(attemptLogLinesMax)).to.deep.equal([1000, 1000, 100, 10]);
  });
});
