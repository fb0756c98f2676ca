import { jobFiles, messageIds, runId } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { Sweep } from '../dist/index.js';
import { withApi, wordCount } from './api-under-test.js';
import { commitTask, planOf } from './planned-job.js';
import { attemptEvent, plannedEvent, verdictOf } from './submitted-job.js';

describe('POST /api/v1/jobs/{id}/retry', () => {
  const api = withApi();
  const retry = (id: string, body?: object) => {
    const request = api().http.post(`/api/v1/jobs/${id}/retry`);
    return body === undefined ? request : request.type('json').send(body);
  };

  async function endedJob(status: 'failed' | 'cancelled' | 'completed' = 'failed', more: object = {}): Promise<string> {
    const id = await api().submitted(more);
    await api().history.finishJob(await api().jobStore.commitVerdict(verdictOf(id, status)));
    return id;
  }

  const asked = (id: string, run = 2) => api().jobStore.readAsked(runId(id, run));

  for (const status of ['failed', 'cancelled'] as const) {
    it(`queues a job again that was ${status}, in a new run with a directory of its own`, async () => {
      const id = await endedJob(status);
      const answer = await retry(id);
      expect(answer.status).to.equal(202);
      expect(answer.body).to.include({ job_id: id, status: 'queued', error: null });
      expect((await asked(id))?.goes_on_from).to.deep.equal({ job_id: id, map: true, reduce: true });
      expect(await api().isQueued(runId(id, 2))).to.equal(true);
      expect((await api().http.get(`/api/v1/jobs/${id}`)).body).to.include({
        status: 'queued',
        run: 2,
        finished_at: null,
      });
      expect((await api().jobStore.readVerdict(id))?.status, 'the verdict of the run before stands').to.equal(status);
    });
  }

  it('does so also if the news that it has failed has not come yet', async () => {
    const id = await api().submitted();
    await api().jobStore.commitVerdict(verdictOf(id, 'failed'));
    expect((await retry(id)).status).to.equal(202);
  });

  const otherMap = '(line) => [[line, 1]]';
  const otherReduce = '(word, counts) => [word, 7]';
  const combine = '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]';
  const distinct = '(word, counts) => [word, new Set(counts).size]';
  const program = 'export const map = line => [[line, 1]]; export const reduce = (k, v) => [k, 1];';
  const cases: [what: string, change: object, kept: { map: boolean; reduce: boolean }, before?: object][] = [
    [
      'the same functions again',
      { map_function: wordCount.map_function, reduce_function: wordCount.reduce_function },
      { map: true, reduce: true },
    ],
    ['limits', { task_timeout: 7, max_attempts: 1 }, { map: true, reduce: true }],
    ['the reduce function', { reduce_function: otherReduce }, { map: true, reduce: false }],
    [
      'another reduce function than one that made a set',
      { reduce_function: otherReduce },
      { map: false, reduce: false },
      { reduce_function: distinct },
    ],
    [
      'another reduce function than one that made a set of what was combined',
      { reduce_function: otherReduce },
      { map: true, reduce: false },
      { reduce_function: distinct, combine_function: combine },
    ],
    [
      'limits for one that makes a set',
      { task_timeout: 7 },
      { map: true, reduce: true },
      { reduce_function: distinct },
    ],
    ['the map function', { map_function: otherMap }, { map: false, reduce: false }],
    ['a combiner', { combine_function: combine }, { map: false, reduce: false }],
    [
      'a combiner that is removed',
      { combine_function: null },
      { map: false, reduce: false },
      { combine_function: combine },
    ],
    ['the partition function', { partition_function: '() => 0' }, { map: false, reduce: false }],
    ['parameters', { parameters: { a: 1 } }, { map: false, reduce: false }],
    ['a module for the functions', { program }, { map: false, reduce: false }],
  ];
  for (const [what, change, kept, before] of cases) {
    it(`keeps map: ${kept.map}, reduce: ${kept.reduce}, if the body has ${what}`, async () => {
      const id = await endedJob('failed', before);
      expect((await retry(id, change)).body.code).to.equal(undefined);
      expect((await asked(id))?.goes_on_from).to.deep.include(kept);
    });
  }

  it('changes what the body says and nothing else', async () => {
    const id = await endedJob();
    const before = (await asked(id, 1))?.spec;
    await retry(id, {
      reduce_function: '(word, counts: number[]) => [word, 7]',
      language: 'typescript',
      task_timeout: 7,
    });
    const spec = (await asked(id))?.spec;
    expect(spec?.program).to.deep.include({ map_function: wordCount.map_function });
    const changed = spec?.program.form === 'functions' ? spec.program.reduce_function : undefined;
    expect(changed).to.match(/^\(word, counts\s+\) => \[word, 7\]$/);
    expect({ ...spec, ...{ program: 0, language: 0, task_timeout: 0 } }).to.deep.equal({
      ...before,
      ...{ program: 0, language: 0, task_timeout: 0 },
    });
    expect(spec?.task_timeout).to.equal(7);
  });

  it('may be repeated when the job has failed again', async () => {
    const id = await endedJob();
    await retry(id);
    await api().history.finishJob(
      await api().jobStore.commitVerdict({ ...verdictOf(id, 'failed'), job_id: runId(id, 2) }),
    );
    expect((await retry(id)).status).to.equal(202);
    expect((await asked(id, 3))?.goes_on_from?.job_id).to.equal(runId(id, 2));
  });

  it('lets one of two at once win, and says to the other how the job stands', async () => {
    const id = await endedJob();
    const answers = await Promise.all([retry(id), retry(id)]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([202, 409]);
    const lost = answers.find(({ status }) => status === 409);
    expect(lost?.body).to.include({ code: 'not_retryable', job_id: id });
    expect(lost?.body.detail).to.match(/is queued/);
  });

  it('can be cancelled like any run', async () => {
    const id = await endedJob();
    await retry(id);
    const answer = await api().http.post(`/api/v1/jobs/${id}/cancel`);
    expect(answer.body).to.include({ job_id: id, status: 'cancelled' });
    expect((await api().jobStore.readVerdict(runId(id, 2)))?.status).to.equal('cancelled');
    expect((await api().queues.control.getJob(messageIds.cleanUp(runId(id, 2))))?.data).to.deep.equal({
      job_id: runId(id, 2),
    });
  });

  describe('answers', () => {
    it('409 not_retryable for a job that has completed, or runs', async () => {
      const [completed, queued] = [await endedJob('completed'), await api().submitted()];
      for (const id of [completed, queued])
        expect((await retry(id)).body).to.include({ status: 409, code: 'not_retryable' });
    });

    it('404 for the id of no job, and for that of a run', async () => {
      const id = await endedJob();
      for (const other of [`j${'0'.repeat(22)}`, runId(id, 2)])
        expect((await retry(other)).body).to.include({ status: 404, code: 'not_found' });
    });

    it('422 with function, line and column for code that does not parse, and changes nothing', async () => {
      const id = await endedJob();
      const answer = await retry(id, { reduce_function: '(k, v) =>\n  [k,,' });
      expect(answer.body).to.include({
        status: 422,
        code: 'program_does_not_parse',
        function: 'reduce_function',
        line: 2,
      });
      expect((await api().history.findStatus(id))?.status).to.equal('failed');
    });

    it('400 for fields that do not exist, limits above the settings, and sources that exclude each other', async () => {
      const id = await endedJob();
      for (const body of [{ num_reducers: 2 }, { max_attempts: 100 }, { program, map_function: otherMap }])
        expect((await retry(id, body)).body, JSON.stringify(body)).to.include({ status: 400, code: 'invalid_request' });
    });

    it('400 for what would make the job map-only, or no longer', async () => {
      const id = await endedJob();
      const mapOnly = 'export const map = line => [[line, 1]];';
      expect((await retry(id, { program: mapOnly })).body).to.include({ status: 400 });
      const other = await endedJob('failed', { reduce_function: undefined });
      expect((await retry(other, { reduce_function: otherReduce })).body).to.include({ status: 400 });
    });

    it('503 and changes nothing if Redis is away', async () => {
      const id = await endedJob();
      api().redis.disconnect();
      expect((await retry(id)).body).to.include({ status: 503, code: 'queue_unavailable' });
      expect((await api().history.findStatus(id))?.status).to.equal('failed');
    });
  });

  describe('when the API dies half-way', () => {
    it('after it has decided: the sweep queues the run', async () => {
      const id = await endedJob();
      const before = await asked(id, 1);
      if (before === undefined) throw new Error('the job was not submitted');
      const next = { ...before, job_id: runId(id, 2), goes_on_from: { job_id: id, map: true, reduce: true } };
      expect(await api().history.retryJob(next)).to.equal(true);
      await using _sweep = new Sweep(api().dependencies, 50);
      await waitUntil('the plan message', () => api().isQueued(runId(id, 2)));
      expect(await asked(id)).to.deep.equal(next);
    });

    it('or before it could reach Redis: it answers 202, and the sweep is asked', async () => {
      const id = await endedJob();
      const { queue } = api().dependencies;
      const addPlan = queue.addPlan.bind(queue);
      queue.addPlan = () => Promise.reject(new Error('Redis is away'));
      const answer = await retry(id);
      queue.addPlan = addPlan;
      expect(answer.status).to.equal(202);
      expect(api().sweepsRequested).to.equal(1);
      await using _sweep = new Sweep(api().dependencies, 50);
      await waitUntil('the plan message', () => api().isQueued(runId(id, 2)));
    });
  });

  it('is found again after Redis was wiped, with what the run has done', async () => {
    const id = await endedJob();
    await retry(id);
    await planOf(api(), runId(id, 2), 2);
    await commitTask(api(), runId(id, 2), 1);
    await api().redis.flushall();
    await using _sweep = new Sweep(api().dependencies, 50);
    await waitUntil(
      'the mending',
      async () => (await api().queues.control.getJob(messageIds.mend(runId(id, 2)))) !== undefined,
    );
    expect((await api().history.findStatus(id))?.tasks.map.completed).to.equal(1);
  });

  it('shows attempts of both runs', async () => {
    const id = await api().submitted();
    await api().history.recordEvents([plannedEvent(id, 1, 1), attemptEvent(id, 0, 1, 'failed')]);
    await api().history.finishJob(await api().jobStore.commitVerdict(verdictOf(id, 'failed')));
    await retry(id);
    await api().history.recordEvents([attemptEvent(runId(id, 2), 0, 1, 'committed')]);
    const { items } = (await api().http.get(`/api/v1/jobs/${id}/tasks?kind=map`)).body;
    expect(items[0].task_id).to.equal(`${id}-m-00000`);
    expect(
      items[0].attempts.map((each: { run: number; attempt: number; state: string }) => [
        each.run,
        each.attempt,
        each.state,
      ]),
    ).to.deep.equal([
      [1, 1, 'failed'],
      [2, 1, 'committed'],
    ]);
  });

  it('leaves a late verdict of the run before without a word', async () => {
    const id = await endedJob();
    await retry(id);
    expect(await api().history.finishJob(verdictOf(id, 'completed'))).to.equal(false);
    expect((await api().history.findStatus(id))?.status).to.equal('queued');
    expect(await api().store.stat(jobFiles.verdict(runId(id, 2)))).to.equal(undefined);
  });
});
