import { type Job, jobSchema, jobStatusViewSchema, pageSchema, taskId, taskSchema } from '@gridmr/contracts';
import { expect } from 'chai';
import { withApi } from './api-under-test.js';
import { attemptEvent, plannedEvent, verdictOf } from './submitted-job.js';

const unknownJob = `j${'0'.repeat(22)}`;
const jobPage = pageSchema(jobSchema, 'TestJobPage');
const taskPage = pageSchema(taskSchema, 'TestTaskPage');

describe('GET /api/v1/jobs', () => {
  const api = withApi();
  const list = async (query: string) => jobPage.parse((await api().http.get(`/api/v1/jobs?${query}`)).body);

  it('lists the newest first', async () => {
    const ids = [await api().submitted(), await api().submitted(), await api().submitted()];
    const { items, next_cursor } = await list('');
    const times = items.map(job => job.created_at);
    expect(times).to.deep.equal([...times].sort().reverse());
    expect(items.map(job => job.job_id)).to.have.members(ids);
    expect(next_cursor).to.equal(null);
  });

  it('gives each job once, page by page, also if many were submitted in the same millisecond', async () => {
    const model = await api().history.askedJob(await api().submitted());
    const ids = Array.from({ length: 25 }, (_, i) => `j0000000000${String(i).padStart(12, '0')}`);
    for (const job_id of ids) await api().history.addJob({ asked: { ...model!, job_id }, idempotency: undefined });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`limit=4${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      expect(page.items).to.have.length.within(1, 4);
      seen.push(...page.items.map(job => job.job_id));
      cursor = page.next_cursor;
    }
    expect(seen).to.have.lengthOf(26);
    expect(seen).to.have.members([model!.job_id, ...ids]);
  });

  it('filters by status, name, client and time', async () => {
    const a = await api().submitted({ name: 'a', client_id: 'me' });
    const b = await api().submitted({ name: 'b', client_id: 'you' });
    await api().history.finishJob(verdictOf(b, 'failed'));
    const idsOf = async (query: string) => (await list(query)).items.map((job: Job) => job.job_id);
    expect(await idsOf('status=queued')).to.deep.equal([a]);
    expect(await idsOf('status=failed')).to.deep.equal([b]);
    expect(await idsOf('name=a')).to.deep.equal([a]);
    expect(await idsOf('client_id=you')).to.deep.equal([b]);
    expect(await idsOf('created_after=2100-01-01T00:00:00Z')).to.deep.equal([]);
    expect(await idsOf('created_before=2100-01-01T00:00:00Z')).to.have.members([a, b]);
  });
});

describe('GET /api/v1/jobs/{id}', () => {
  const api = withApi();

  it('gives the whole job, with its specification and every default in it', async () => {
    const id = await api().submitted();
    const job = jobSchema.strict().parse((await api().http.get(`/api/v1/jobs/${id}`)).body);
    expect(job).to.include({ job_id: id, name: 'word count', status: 'queued', started_at: null, error: null });
    expect(job.spec).to.include({ split_size_mb: 32, output_format: 'tsv', task_timeout: 600 });
  });

  it('follows the job', async () => {
    const id = await api().submitted();
    await api().history.recordEvents([plannedEvent(id, 2, 1), attemptEvent(id, 0, 1, 'committed')]);
    const view = jobStatusViewSchema.parse((await api().http.get(`/api/v1/jobs/${id}/status`)).body);
    expect(view).to.include({ job_id: id, status: 'running' });
    expect(view.tasks.map).to.include({ total: 2, completed: 1 });
    expect(view.progress.map).to.equal(0.5);
  });

  it('tells why a job failed', async () => {
    const id = await api().submitted();
    await api().history.finishJob(verdictOf(id, 'failed'));
    for (const path of ['', '/status']) {
      const { body } = await api().http.get(`/api/v1/jobs/${id}${path}`);
      expect(body).to.deep.include({
        status: 'failed',
        error: { code: 'user_code_error', message: 'x is not defined' },
      });
    }
  });

  it('answers 404 to the id of no job, with every route below it', async () => {
    for (const path of ['', '/status', '/tasks', `/tasks/${taskId(unknownJob, 'map', 0)}`, '/results']) {
      const answer = await api().http.get(`/api/v1/jobs/${unknownJob}${path}`);
      expect(answer.body).to.include({ status: 404, code: 'not_found' });
    }
  });
});

describe('GET /api/v1/jobs/{id}/tasks', () => {
  const api = withApi();
  let id: string;

  beforeEach(async () => {
    id = await api().submitted();
    const attempts = [attemptEvent(id, 1, 1, 'failed'), attemptEvent(id, 1, 2, 'committed')];
    await api().history.recordEvents([plannedEvent(id, 3, 2), ...attempts]);
  });

  const list = async (query: string) =>
    taskPage.parse((await api().http.get(`/api/v1/jobs/${id}/tasks?${query}`)).body);

  it('gives every task of the plan, map before reduce, page by page', async () => {
    const first = await list('limit=4');
    const second = await list(`limit=4&cursor=${first.next_cursor}`);
    const ids = [...first.items, ...second.items].map(task => task.task_id);
    const expected = [0, 1, 2].map(i => taskId(id, 'map', i)).concat([0, 1].map(i => taskId(id, 'reduce', i)));
    expect(ids).to.deep.equal(expected);
    expect(second.next_cursor).to.equal(null);
  });

  it('filters by kind and state', async () => {
    expect((await list('kind=reduce')).items).to.have.lengthOf(2);
    expect((await list('state=completed')).items.map(task => task.index)).to.deep.equal([1]);
  });

  it('gives a task with all its attempts', async () => {
    const answer = await api().http.get(`/api/v1/jobs/${id}/tasks/${taskId(id, 'map', 1)}`);
    const task = taskSchema.parse(answer.body);
    expect(task.attempts.map(({ attempt, state }) => [attempt, state])).to.deep.equal([
      [1, 'failed'],
      [2, 'committed'],
    ]);
    expect(task.attempts[0]?.error).to.include({ message: 'oops' });
  });

  it('answers 404 to tasks beyond the plan and to those of other jobs', async () => {
    const other = await api().submitted();
    for (const task of [taskId(id, 'map', 3), taskId(other, 'map', 0), `${id}-x-00000`]) {
      const answer = await api().http.get(`/api/v1/jobs/${id}/tasks/${task}`);
      expect(answer.body).to.include({ status: 404, code: 'not_found' });
    }
  });
});
