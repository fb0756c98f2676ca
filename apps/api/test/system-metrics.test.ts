/** GET /api/v1/metrics/system and GET /metrics */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { systemLimits, systemMetricsSchema } from '@gridmr/contracts';
import { sendHeartbeat } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { ServiceMetrics, SystemFigures, systemNow } from '../dist/index.js';
import { withApi, withParts } from './api-under-test.js';
import { ListeningApp } from './event-stream.js';
import { attemptEvent, plannedEvent, verdictOf } from './submitted-job.js';

const heartbeat = {
  worker_id: 'w1',
  host: 'host-1',
  pid: 4711,
  version: '0.1.0',
  state: 'busy' as const,
  slots: 2,
  active_tasks: 1,
  cpu_percent: 97,
  rss_mb: 211,
  tasks_completed: 12,
  tasks_failed: 1,
  sandbox_restarts: 3,
  loop_lag_ms: 40,
  started_at: '2030-01-01T00:00:00.000Z',
  last_heartbeat_at: '2030-01-01T00:01:00.000Z',
};

describe('GET /api/v1/metrics/system', () => {
  const api = withApi();
  const read = async (query = '') =>
    systemMetricsSchema.parse((await api().http.get(`/api/v1/metrics/system${query}`)).body);

  it('counts jobs by status, and tasks of those that go on by state', async () => {
    const [running] = [await api().submitted(), await api().submitted()];
    const ended = await api().submitted();
    await api().history.recordEvents([plannedEvent(running, 4, 1), plannedEvent(ended, 9, 1)]);
    await api().history.recordEvents([
      attemptEvent(running, 0, 1, 'committed'),
      attemptEvent(running, 1, 1, 'running'),
    ]);
    await api().history.finishJob(verdictOf(ended, 'failed'));
    await waitUntil('figures of now', async () => (await read()).jobs.failed === 1);
    const { jobs, tasks } = await read();
    expect(jobs).to.deep.equal({ queued: 1, running: 1, completed: 0, failed: 1, cancelled: 0 });
    expect(tasks).to.deep.equal({ pending: 3, running: 1, completed: 1, failed: 0 });
  });

  it('tells how much waits in the queues, and for how long', async () => {
    await api().submitted();
    await waitUntil('figures of now', async () => (await read()).queues?.control.waiting === 1);
    const { queues } = await read();
    expect(queues?.control.oldest_wait_ms).to.be.a('number');
    expect(queues?.tasks).to.include({ waiting: 0, active: 0, oldest_wait_ms: null });
  });

  it('tells of workers, Redis, the storage and the API itself', async () => {
    await sendHeartbeat(api().redis, heartbeat);
    await waitUntil('the worker', async () => (await read()).workers?.busy === 1);
    const { workers, redis, storage, api: own } = await read();
    expect(workers).to.include({ total: 1, slots: 2, active_tasks: 1, lost: 0 });
    expect(redis?.version).to.match(/^\d+\.\d+/);
    expect(redis?.memory_bytes).to.be.above(100_000);
    expect(redis?.clients).to.be.above(0);
    expect(storage?.free_bytes).to.be.within(1, storage?.total_bytes ?? 0);
    expect(own.rss_bytes).to.be.above(10_000_000);
    expect(own.listeners).to.equal(0);
  });

  it('tells the last hour to who asks for it', async () => {
    expect(await read()).not.to.have.property('history');
    const { history } = await waitUntil('a sample', async () => {
      const answer = await read('?history=true');
      return answer.history?.length ? answer : undefined;
    });
    expect(history?.[0]?.api_rss_bytes).to.be.above(10_000_000);
  });

  it('refuses what it does not know', async () => {
    const answer = await api().http.get('/api/v1/metrics/system?history=maybe');
    expect(answer.status).to.equal(400);
    expect(answer.body.errors[0].path).to.equal('history');
  });
});

describe('GET /api/v1/metrics/system without Redis', () => {
  const open = withParts();

  it('tells what it knows, and null of the rest', async () => {
    await using api = await open();
    const away = once(api.redis, 'end');
    api.redis.disconnect();
    await away;
    await waitUntil('that Redis is away', async () => {
      const { body } = await api.http.get('/api/v1/metrics/system');
      return body.redis === null && body.queues === null && body.workers === null;
    });
    const { body } = await api.http.get('/api/v1/metrics/system');
    expect(systemMetricsSchema.parse(body).jobs.queued).to.equal(0);
  });

  it('leaves out of GET /metrics what nobody knows, and says that Redis does not answer', async () => {
    await using api = await open();
    const away = once(api.redis, 'end');
    api.redis.disconnect();
    await away;
    const text = await waitUntil('figures without Redis', async () => {
      const answer = await api.http.get('/metrics');
      return answer.text.includes('gridmr_workers{') ? undefined : answer.text;
    });
    const unknown = /^gridmr_(redis_memory_bytes|queue_\w+|workers|worker_\w+|sandbox_restarts)[ {]/m;
    expect(text).to.not.match(unknown);
    expect(text).to.match(/^gridmr_dependency_up\{dependency="redis"\} 0$/m);
    expect(text).to.match(/^gridmr_dependency_up\{dependency="storage"\} 1$/m);
    expect(text).to.match(/^gridmr_jobs\{status="queued"\} 0$/m);
  });
});

describe('GET /api/v1/metrics/system with a storage that hangs', () => {
  const open = withParts();

  it('tells the rest, and does not ask it again while it has not answered', async () => {
    await using api = await open();
    const { history, queue, live } = api.dependencies;
    let asked = 0;
    const space = () => {
      asked++;
      return new Promise<undefined>(() => undefined);
    };
    await using system = new SystemFigures({ history, queue, live, logger: api.log, space });
    expect((await system.current()).storage).to.equal(null);
    await delay(systemLimits.freshMs);
    expect((await system.current()).storage).to.equal(null);
    expect(asked).to.equal(1);
  });
});

describe('GET /metrics', () => {
  const api = withApi();
  const text = async () => (await api().http.get('/metrics')).text;
  /** The value of the one line that begins so. */
  const value = async (line: string) =>
    Number(
      (await text())
        .split('\n')
        .find(each => each.startsWith(`${line} `))
        ?.slice(line.length + 1),
    );

  it('answers the text format of Prometheus, with a help for each metric', async () => {
    const answer = await api().http.get('/metrics');
    expect(answer.headers['content-type']).to.match(/^text\/plain; ?(charset=utf-8; ?)?version=0\.0\.4/);
    const names = [...answer.text.matchAll(/^# TYPE (\w+)/gm)].map(match => match[1] ?? '');
    expect(names).to.include.members([
      'gridmr_jobs',
      'gridmr_tasks',
      'gridmr_queue_messages',
      'nodejs_eventloop_lag_seconds',
    ]);
    for (const name of names) expect(answer.text).to.include(`# HELP ${name} `);
  });

  it('says that an object store answers, of which nobody knows how much room it has', async () => {
    const now = await systemNow(api().dependencies);
    const all = await new ServiceMetrics().text({ ...now, figures: { ...now.figures, storage: null } });
    expect(all).to.not.match(/^gridmr_storage_free_bytes /m);
    expect(all).to.match(/^gridmr_dependency_up\{dependency="storage"\} 1$/m);
  });

  it('counts attempts by how they ended, and what went through them, of news that were recorded', async () => {
    const id = await api().submitted();
    const figures = { input_records: 3, input_bytes: 30, output_records: 2, output_bytes: 20 };
    const committed = { ...attemptEvent(id, 0, 1, 'committed'), started_at: '2030-01-01T00:00:02.500Z', figures };
    api().dependencies.metrics.countNews([
      committed as never,
      attemptEvent(id, 1, 1, 'lost'),
      attemptEvent(id, 1, 2, 'running'),
    ]);
    expect(await value('gridmr_attempts_total{kind="map",outcome="committed"}')).to.equal(1);
    expect(await value('gridmr_attempts_total{kind="map",outcome="lost"}')).to.equal(1);
    expect(await text()).not.to.include('outcome="running"');
    expect(await value('gridmr_task_bytes_total{kind="map",direction="input"}')).to.equal(30);
    expect(await value('gridmr_task_duration_seconds_sum{kind="map"}')).to.equal(0.5);
  });

  it('counts jobs that have ended once, by how', async () => {
    const id = await api().submitted();
    await api().history.finishJob(verdictOf(id, 'failed'));
    await api().history.finishJob(verdictOf(id, 'failed'));
    await api().history.recordEvents([
      plannedEvent(id, 1, 1),
      { type: 'phase', job_id: id, at: '2030-01-01T00:00:08.000Z', phase: 'commit' },
    ]);
    expect(await value('gridmr_jobs_ended_total{status="failed"}')).to.equal(1);
  });

  it('counts requests by the template of their route, and all that match none together', async () => {
    const id = await api().submitted();
    await api().http.get(`/api/v1/jobs/${id}/status`);
    await api().http.get(`/api/v1/jobs/j${'0'.repeat(22)}/status`);
    await api().http.get('/wp-login.php');
    const line = (route: string, status: number) =>
      `gridmr_http_request_duration_seconds_count{method="GET",route="${route}",status="${status}"}`;
    expect(await value(line('/api/v1/jobs/:job_id/status', 200))).to.equal(1);
    expect(await value(line('/api/v1/jobs/:job_id/status', 404))).to.equal(1);
    expect(await value(line('other', 404))).to.equal(1);
  });

  it('has no label that grows with jobs, tasks, workers or callers', async () => {
    const id = await api().submitted();
    await sendHeartbeat(api().redis, heartbeat);
    await waitUntil('the worker', async () => (await value('gridmr_workers{state="busy"}')) === 1);
    const all = await text();
    expect(all).not.to.include(id).and.not.to.include('w1"').and.not.to.include('anonymous');
    expect(await value('gridmr_sandbox_restarts')).to.equal(3);
    expect(await value('gridmr_worker_active_tasks')).to.equal(heartbeat.active_tasks);
    expect(await value('gridmr_worker_cpu_cores')).to.equal(heartbeat.cpu_percent / 100);
    expect(await value('gridmr_worker_memory_bytes{of="greatest"}')).to.equal(heartbeat.rss_mb * 1024 * 1024);
    expect(await value('gridmr_worker_loop_lag_seconds')).to.equal(heartbeat.loop_lag_ms / 1000);
  });
});

describe('GET /api/v1/events', () => {
  const api = withApi();

  it('begins with a reset, and tells of all jobs, workers and the system', async function () {
    this.timeout(60_000);
    await using app = await ListeningApp.open(api().app);
    await using stream = await app.listen('/api/v1/events');
    await stream.event('reset');
    const id = await api().submitted();
    await stream.event('status', ({ data }) => data.job_id === id && data.status === 'queued');
    await api().history.recordEvents([plannedEvent(id, 2, 1), attemptEvent(id, 0, 1, 'running')]);
    await stream.event('status', ({ data }) => data.phase === 'map');
    await api().history.finishJob(verdictOf(id, 'completed'));
    await stream.event('done', ({ data }) => data.job_id === id);
    expect((await stream.event('workers')).data).to.deep.equal({ workers: [] });
    await stream.event('system', ({ data }) => systemMetricsSchema.parse(data).jobs.completed === 1);
    expect(stream.names).not.to.include('task');
    expect(stream.ended).to.equal(false);
  });

  it('resumes after Last-Event-ID, and resets who was away for too long', async () => {
    await using app = await ListeningApp.open(api().app);
    await using first = await app.listen('/api/v1/events');
    const id = await api().submitted();
    await first.event('status');
    await first[Symbol.asyncDispose]();
    await api().history.finishJob(verdictOf(id, 'cancelled'));
    await using second = await app.listen('/api/v1/events', first.lastId);
    await second.event('done', ({ data }) => data.job_id === id);
    expect(second.names).to.deep.equal(['status', 'done']);
    await using third = await app.listen('/api/v1/events', '1000000000000-0');
    expect((await third.event('reset')).id).to.match(/^\d+-\d+$/);
  });

  it('tells users of their own jobs only, and all others of all', async () => {
    const { visibleTo } = await import('../dist/live/may-see.js');
    const own = { jobId: 'j1', clientId: 'ada' };
    const other = { jobId: 'j2', clientId: 'grace' };
    expect([own, other].map(visibleTo({ role: 'user', clientId: 'ada', keyId: null }))).to.deep.equal([true, false]);
    expect([own, other].map(visibleTo({ role: 'viewer', clientId: 'ada', keyId: null }))).to.deep.equal([true, true]);
  });
});
