import { expect } from 'chai';
import { withApi, wordCount } from './api-under-test.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

describe('log lines of a request', () => {
  const api = withApi();
  const lineOf = (id: string) => api().log.lines.find(({ request_id }) => request_id === id);

  it("carry the caller's trace and the job that was made, which belongs to it", async () => {
    const { body } = await api().submit(wordCount, { traceparent, 'x-request-id': 'r1' });
    expect(lineOf('r1')).to.include({ trace_id: traceId, job_id: body.job_id, status: 202 });
    expect(await api().history.askedJob(body.job_id)).to.include({ trace_id: traceId, trace_parent: traceparent });
  });

  it('carry the trace id that the job gets where nobody traces', async () => {
    const answer = await api().submit(wordCount, { 'x-request-id': 'r2' });
    const asked = await api().history.askedJob(answer.body.job_id);
    expect(asked?.trace_id).to.match(/^[0-9a-f]{32}$/);
    expect(asked?.trace_parent).to.equal(undefined);
    expect(lineOf('r2')).to.include({ trace_id: asked?.trace_id });
  });

  it('name the job of the path; those of requests that only look have a trace if they bring one', async () => {
    const id = await api().submitted();
    await api().http.get(`/api/v1/jobs/${id}`).set('x-request-id', 'r3');
    expect(lineOf('r3')).to.include({ job_id: id });
    expect(lineOf('r3')).not.to.have.property('trace_id');
    await api().http.get(`/api/v1/jobs/${id}`).set('x-request-id', 'r4').set('traceparent', traceparent);
    expect(lineOf('r4')).to.include({ job_id: id, trace_id: traceId });
  });

  it('are those of what goes wrong on the way, too', async () => {
    const { queue } = api().dependencies;
    const addPlan = queue.addPlan.bind(queue);
    queue.addPlan = () => Promise.reject(new Error('Redis is away'));
    await api().submit(wordCount, { traceparent, 'x-request-id': 'r5' });
    queue.addPlan = addPlan;
    const warning = api().log.lines.find(({ level, request_id }) => level === 'warn' && request_id === 'r5');
    expect(warning).to.include({ message: 'a job is stored but not queued yet; it will be', trace_id: traceId });
  });

  it('are of another trace when the job is retried', async () => {
    const id = await api().submitted();
    const first = await api().history.askedJob(id);
    await api().http.post(`/api/v1/jobs/${id}/cancel`);
    const retried = await api().http.post(`/api/v1/jobs/${id}/retry`).set('traceparent', traceparent);
    expect(retried.status).to.equal(202);
    expect(first?.trace_id).not.to.equal(traceId);
    expect(await api().history.askedJob(id)).to.include({ trace_id: traceId, trace_parent: traceparent });
  });
});
