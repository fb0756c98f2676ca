import { jobFiles, runId, sweepLimits } from '@gridmr/contracts';
import { outputClaimPath } from '@gridmr/storage';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { Sweep } from '../dist/index.js';
import { type ApiUnderTest, withApi, withParts, wordCount } from './api-under-test.js';
import { attemptEvent, completeJob, plannedEvent, verdictOf } from './submitted-job.js';

async function completedJob(api: ApiUnderTest, more: object = {}): Promise<string> {
  const id = await api.submitted(more);
  await api.history.recordEvents([plannedEvent(id, 1, 1), attemptEvent(id, 0, 1, 'committed')]);
  await completeJob(api, id, ['the\t1\n']);
  await api.store.write(`output/${id}/_SUCCESS`, new Uint8Array());
  return id;
}

async function filesOf(api: ApiUnderTest, directory: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { path } of api.store.list(directory)) files.push(path);
  return files;
}

describe('DELETE /api/v1/jobs/{id}', () => {
  const api = withApi();
  const remove = (id: string) => api().http.delete(`/api/v1/jobs/${id}`);
  const everyMs = 50;

  it('removes the job, its output and its history: 204', async () => {
    const id = await completedJob(api());
    const answer = await remove(id);
    expect(answer.status).to.equal(204);
    expect(answer.text).to.equal('');
    for (const path of ['', '/status', '/tasks', '/results', '/logs'])
      expect((await api().http.get(`/api/v1/jobs/${id}${path}`)).status, path).to.equal(404);
    expect(await filesOf(api(), 'output')).to.deep.equal([]);
    expect(await filesOf(api(), jobFiles.directory(id))).to.deep.equal([]);
    expect(await api().store.names('output'), 'the directory is gone as well').to.deep.equal([]);
  });

  it('removes of the output directory only what the job has written', async () => {
    const id = await completedJob(api());
    await api().directory.write(`output/${id}/notes.txt`, 'mine');
    await remove(id);
    expect(await filesOf(api(), 'output')).to.deep.equal([`output/${id}/notes.txt`]);
  });

  it("leaves an output alone that is another job's by now", async () => {
    const [id, other] = [await completedJob(api()), await completedJob(api())];
    await api().directory.write(
      `output/${id}/_manifest.json`,
      await api().store.read(`output/${other}/_manifest.json`, 10_000),
    );
    await remove(id);
    expect((await filesOf(api(), `output/${id}`)).length).to.equal(3);
  });

  it('gives the output path free, though the clean-up has not', async () => {
    const id = await completedJob(api());
    const claim = outputClaimPath(`output/${id}`);
    await api().store.write(claim, Buffer.from(id));
    await remove(id);
    expect(await api().store.stat(claim)).to.equal(undefined);
    const next = await completedJob(api());
    await api().store.write(outputClaimPath(`output/${next}`), Buffer.from(`j${'0'.repeat(22)}`));
    await remove(next);
    expect(await api().store.stat(outputClaimPath(`output/${next}`)), "but none that is another job's").not.to.equal(
      undefined,
    );
  });

  it('removes the files of all runs', async () => {
    const id = await api().submitted();
    await api().history.finishJob(await api().jobStore.commitVerdict(verdictOf(id, 'failed')));
    await api().http.post(`/api/v1/jobs/${id}/retry`);
    await api().http.post(`/api/v1/jobs/${id}/cancel`);
    expect((await remove(id)).status).to.equal(204);
    for (const run of [1, 2]) expect(await filesOf(api(), jobFiles.directory(runId(id, run)))).to.deep.equal([]);
  });

  it('answers 409 not_finished for a job that has not finished, and says to cancel it first', async () => {
    const id = await api().submitted();
    const answer = await remove(id);
    expect(answer.body).to.include({ status: 409, code: 'not_finished', job_id: id });
    expect(answer.body.detail).to.match(/cancel it first/);
    expect((await api().http.get(`/api/v1/jobs/${id}`)).status).to.equal(200);
  });

  it('answers 404 for the id of no job, and to the second of two', async () => {
    const id = await completedJob(api());
    expect((await remove(id)).status).to.equal(204);
    for (const other of [id, `j${'0'.repeat(22)}`])
      expect((await remove(other)).body).to.include({ status: 404, code: 'not_found' });
  });

  it('lets the idempotency key of the job be used for a new one', async () => {
    const submit = () => api().submit(wordCount, { 'idempotency-key': 'k1' });
    const id = (await submit()).body.job_id;
    await completeJob(api(), id, ['the\t1\n']);
    await remove(id);
    const again = await submit();
    expect(again.status).to.equal(202);
    expect(again.body.job_id).not.to.equal(id);
  });

  it('is ended by the sweep if the API died behind the decision', async () => {
    const id = await completedJob(api());
    await api().history.deleteJob(id, true);
    expect((await api().http.get(`/api/v1/jobs/${id}`)).status, 'nobody sees half of a job').to.equal(404);
    await using _sweep = new Sweep(api().dependencies, everyMs);
    await waitUntil('the removal', async () => (await filesOf(api(), 'output')).length === 0);
    await waitUntil('the rest', async () => (await filesOf(api(), jobFiles.directory(id))).length === 0);
  });

  it('is ended by the sweep if the shared directory did not answer', async () => {
    const id = await completedJob(api());
    const { store } = api();
    const broken = store.remove.bind(store);
    store.remove = () => Promise.reject(new Error('the mount is gone'));
    expect((await remove(id)).status).to.equal(204);
    store.remove = broken;
    expect(api().sweepsRequested).to.equal(1);
    await using _sweep = new Sweep(api().dependencies, everyMs);
    await waitUntil('the removal', async () => (await filesOf(api(), 'output')).length === 0);
  });

  it('is looked at once more, since attempts may write behind it, and then forgotten', async () => {
    const id = await completedJob(api());
    await remove(id);
    const late = `${jobFiles.directory(id)}/map/00000/m-00000.a1-late.segment`;
    await api().store.write(late, Buffer.from('x'));
    const now = Date.now;
    try {
      Date.now = () => now() + sweepLimits.deletedAgainMs;
      await using _sweep = new Sweep(api().dependencies, everyMs);
      await waitUntil('the second removal', async () => (await api().history.deletions(10)).length === 0);
    } finally {
      Date.now = now;
    }
    expect(await api().store.stat(late)).to.equal(undefined);
  });
});

describe('retention', () => {
  const open = withParts();
  const everyMs = 50;
  const ids = async (api: ApiUnderTest) => (await api.history.listJobs({ limit: 100 })).items.map(job => job.job_id);

  it('removes records of jobs that ended longer ago, and leaves their output', async () => {
    await using api = await open({ kept: { retryHours: 24, days: 7, jobs: undefined } });
    const endedAgo = async (days: number) => {
      const id = await api.submitted();
      await api.store.write(`output/${id}/part-r-00000`, Buffer.from('x'));
      const finished_at = new Date(Date.now() - days * 86_400_000).toISOString();
      await api.history.finishJob(await api.jobStore.commitVerdict({ ...verdictOf(id, 'completed'), finished_at }));
      return id;
    };
    const [old, young, running] = [await endedAgo(7.1), await endedAgo(6.9), await api.submitted()];
    await using _sweep = new Sweep(api.dependencies, everyMs);
    await waitUntil('the old one to go', async () => !(await ids(api)).includes(old));
    expect(await ids(api)).to.have.members([young, running]);
    await waitUntil('its files to go', async () => (await filesOf(api, jobFiles.directory(old))).length === 0);
    expect(await filesOf(api, `output/${old}`)).to.deep.equal([`output/${old}/part-r-00000`]);
  });

  it('removes all but the last so many, in as many passes as it takes', async () => {
    await using api = await open({ kept: { retryHours: 24, days: undefined, jobs: 2 } });
    const made: string[] = [];
    for (let i = 0; i < sweepLimits.deletionsAtOnce + 5; i++) {
      const id = await api.submitted();
      const finished_at = new Date(Date.UTC(2030, 0, 1) + i).toISOString();
      await api.history.finishJob({ ...verdictOf(id, 'completed'), finished_at });
      made.push(id);
    }
    await using _sweep = new Sweep(api.dependencies, everyMs);
    await waitUntil('two to be left', async () => (await ids(api)).length === 2);
    expect(await ids(api)).to.have.members(made.slice(-2));
  });

  it('is off by default', async () => {
    await using api = await open();
    const id = await api.submitted();
    await api.history.finishJob({ ...verdictOf(id, 'completed'), finished_at: '2001-01-01T00:00:00.000Z' });
    const { queue } = api.dependencies;
    let passes = 0;
    const maySweep = queue.maySweep.bind(queue);
    queue.maySweep = () => {
      passes++;
      return maySweep();
    };
    await using _sweep = new Sweep(api.dependencies, everyMs);
    await waitUntil('two passes', () => passes > 2);
    expect(await ids(api)).to.deep.equal([id]);
  });
});
