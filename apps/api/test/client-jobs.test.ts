import { expect } from 'chai';
import { type ApiUnderTest, withParts, wordCount } from './api-under-test.js';

describe('POST /api/v1/jobs of a client that has as many jobs as it may', () => {
  const open = withParts();
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await open({ clientJobsMax: 2 });
    for (let i = 0; i < 2; i++) await api.submitted({ client_id: 'ada' });
  });
  afterEach(() => api[Symbol.asyncDispose]());
  const submit = (headers = {}) => api.submit({ ...wordCount, client_id: 'ada' }, headers);

  it('answers 429, says why and when to come back, and leaves no trace', async () => {
    const before = await api.traces();
    const answer = await submit();
    expect(answer.status).to.equal(429);
    expect(answer.body).to.include({ code: 'too_many_requests' });
    expect(answer.body.detail).to.match(/Client ada has 2 jobs that are queued or running.*allows 2.*cancel one/);
    expect(Number(answer.headers['retry-after'])).to.be.greaterThan(0);
    expect(await api.traces()).to.deep.equal(before);
  });

  it('is of no concern to other clients', async () => {
    await api.submitted({ client_id: 'bob' });
  });

  it('takes another once one has ended', async () => {
    const { items } = await api.history.listJobs({ limit: 1 });
    await api.http.post(`/api/v1/jobs/${items[0]?.job_id}/cancel`);
    expect((await submit()).status).to.equal(202);
  });

  it('still answers a repeated request with the job that it led to', async () => {
    const { items } = await api.history.listJobs({ limit: 1 });
    await api.http.post(`/api/v1/jobs/${items[0]?.job_id}/cancel`);
    const first = await submit({ 'idempotency-key': 'k' });
    const again = await submit({ 'idempotency-key': 'k' });
    expect(again.status).to.equal(202);
    expect(again.body.job_id).to.equal(first.body.job_id);
    expect((await submit()).status).to.equal(429);
  });
});
