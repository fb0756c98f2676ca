import { expect } from 'chai';
import { withApi, wordCount } from './api-under-test.js';

describe('POST /api/v1/jobs with an Idempotency-Key', () => {
  const api = withApi();
  const key = { 'idempotency-key': 'order-66' };

  it('gives the same job for the same key and body, with the same answer', async () => {
    const first = await api().submit(wordCount, key);
    const second = await api().submit(wordCount, key);
    expect(second.status).to.equal(202);
    expect(second.body).to.deep.equal(first.body);
    expect(second.headers.location).to.equal(first.headers.location);
  });

  it('takes a body for the same whose fields stand in another order', async () => {
    const first = await api().submit(wordCount, key);
    const turned = JSON.stringify(Object.fromEntries(Object.entries(wordCount).reverse()), null, 2);
    expect((await api().submit(turned, key)).body.job_id).to.equal(first.body.job_id);
  });

  it('makes one job of 20 requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => api().submit(wordCount, key)));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(202));
    const ids = new Set(answers.map(({ body }) => body.job_id));
    expect(ids).to.have.lengthOf(1);
    const { items } = await api().history.listJobs({ limit: 100 });
    expect(items.map(job => job.job_id)).to.deep.equal([...ids]);
    expect(await api().queues.control.getJobCountByTypes('waiting', 'prioritized')).to.equal(1);
  });

  it('answers 409 idempotency_conflict to another body, naming the job that has the key', async () => {
    const first = await api().submit(wordCount, key);
    const second = await api().submit({ ...wordCount, num_reducers: 2 }, key);
    expect(second.body).to.include({ status: 409, code: 'idempotency_conflict', job_id: first.body.job_id });
    expect((await api().history.listJobs({ limit: 10 })).items).to.have.lengthOf(1);
  });

  it('keeps the keys of different clients apart', async () => {
    const mine = await api().submit({ ...wordCount, client_id: 'me' }, key);
    const yours = await api().submit({ ...wordCount, client_id: 'you' }, key);
    expect(yours.status).to.equal(202);
    expect(yours.body.job_id).not.to.equal(mine.body.job_id);
  });

  it('gives the same job also when it has written its output already', async () => {
    const body = { ...wordCount, output_path: 'mine' };
    const first = await api().submit(body, key);
    await api().directory.write('mine/part-r-00000', 'the\t1\n');
    const second = await api().submit(body, key);
    expect(second.body).to.deep.equal(first.body);
  });

  it('refuses a key that is no sane header: 400', async () => {
    for (const bad of ['with space', 'x'.repeat(256)]) {
      const answer = await api().submit(wordCount, { 'idempotency-key': bad });
      expect(answer.body).to.include({ status: 400, code: 'invalid_request' });
      expect(answer.body.errors[0].path).to.equal('idempotency-key');
    }
    expect(await api().traces()).to.deep.equal([]);
  });

  it('makes new jobs without a key', async () => {
    expect(await api().submitted()).not.to.equal(await api().submitted());
  });
});
