/** GET /api/v1/workers/status, from reports that workers leave in Redis. */
import { once } from 'node:events';
import { type Heartbeat, heartbeatKey, processLimits, workersKey, workersStatusSchema } from '@gridmr/contracts';
import { retireWorker, sendHeartbeat } from '@gridmr/runtime';
import { expect } from 'chai';
import { withApi, withParts } from './api-under-test.js';

const report = (worker_id: string, more: Partial<Heartbeat> = {}): Heartbeat => ({
  worker_id,
  host: 'host-1',
  pid: 4711,
  version: '0.1.0',
  state: 'busy',
  slots: 2,
  active_tasks: 1,
  cpu_percent: 97,
  rss_mb: 211,
  tasks_completed: 12,
  tasks_failed: 1,
  started_at: '2030-01-01T00:00:00.000Z',
  last_heartbeat_at: '2030-01-01T00:01:00.000Z',
  ...more,
});

describe('GET /api/v1/workers/status', () => {
  const api = withApi();
  const read = () => api().http.get('/api/v1/workers/status');
  const states = async () =>
    workersStatusSchema.parse((await read()).body).workers.map(worker => [worker.worker_id, worker.state]);

  /** As if the worker had sent its last report so long ago. */
  const age = (id: string, ageMs: number) =>
    api().redis.pexpire(heartbeatKey(id), processLimits.workerForgottenMs - ageMs);

  it('lists nobody while no worker has reported', async () => {
    const answer = await read();
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal({ workers: [] });
  });

  it('answers what a worker reported of itself', async () => {
    await sendHeartbeat(api().redis, report('w1'));
    expect((await read()).body).to.deep.equal({ workers: [report('w1')] });
  });

  it('lists the oldest worker first, whoever reported last', async () => {
    await sendHeartbeat(api().redis, report('young', { started_at: '2030-01-01T00:00:30.000Z' }));
    await sendHeartbeat(api().redis, report('old'));
    await sendHeartbeat(api().redis, report('young', { started_at: '2030-01-01T00:00:30.000Z' }));
    expect(await states()).to.deep.equal([
      ['old', 'busy'],
      ['young', 'busy'],
    ]);
  });

  it('calls a worker that stopped reporting lost', async () => {
    await sendHeartbeat(api().redis, report('w1'));
    await sendHeartbeat(api().redis, report('w2', { state: 'idle' }));
    await age('w1', processLimits.workerLostMs + 1000);
    expect(await states()).to.deep.equal([
      ['w1', 'lost'],
      ['w2', 'idle'],
    ]);
  });

  it('takes a lost worker that reports again back', async () => {
    await sendHeartbeat(api().redis, report('w1'));
    await age('w1', processLimits.workerLostMs + 1000);
    await sendHeartbeat(api().redis, report('w1', { state: 'idle' }));
    expect(await states()).to.deep.equal([['w1', 'idle']]);
  });

  it('forgets a lost worker after a while, and leaves nothing of it in Redis', async () => {
    await sendHeartbeat(api().redis, report('w1'));
    await api().redis.del(heartbeatKey('w1'));
    expect(await states()).to.deep.equal([]);
    expect(await api().redis.exists(workersKey)).to.equal(0);
    await sendHeartbeat(api().redis, report('w1'));
    expect(await api().redis.pttl(heartbeatKey('w1'))).to.be.within(1, processLimits.workerForgottenMs);
  });

  it('does not list a worker that has ended in order', async () => {
    await sendHeartbeat(api().redis, report('w1', { state: 'stopping' }));
    await retireWorker(api().redis, 'w1');
    expect(await states()).to.deep.equal([]);
  });
});

describe('GET /api/v1/workers/status without Redis', () => {
  const open = withParts();

  it('answers 503 with Retry-After', async () => {
    await using api = await open();
    const away = once(api.redis, 'end');
    api.redis.disconnect();
    await away;
    const answer = await api.http.get('/api/v1/workers/status');
    expect(answer.status).to.equal(503);
    expect(answer.body.code).to.equal('queue_unavailable');
    expect(answer.headers).to.have.property('retry-after');
  });
});
