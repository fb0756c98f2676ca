import { rm } from 'node:fs/promises';
import { apiLimits, healthSchema, queueLimits } from '@gridmr/contracts';
import { startQueueServer } from '@gridmr/runtime';
import { ProgramChecker } from '@gridmr/sandbox';
import { StallMeter, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { ApiUnderTest, withApi, withParts, wordCount } from './api-under-test.js';
import { RecordedLog } from './recorded-log.js';

describe('GET /health', () => {
  const api = withApi();

  it('says at /health/live that the process answers', async () => {
    const answer = await api().http.get('/health/live');
    expect(answer.status).to.equal(200);
    expect(healthSchema.strict().parse(answer.body)).to.include({ status: 'ok', version: '0.0.0-test' });
    expect(answer.body).not.to.have.property('dependencies');
  });

  for (const path of ['/health/ready', '/health']) {
    it(`says at ${path} that each dependency answers, and how soon`, async () => {
      const answer = await api().http.get(path);
      expect(answer.status).to.equal(200);
      const { dependencies } = healthSchema.strict().parse(answer.body);
      expect(dependencies).to.have.all.keys('redis', 'database', 'storage');
      for (const { status, latency_ms } of Object.values(dependencies ?? {})) {
        expect(status).to.equal('up');
        expect(latency_ms).to.be.within(0, apiLimits.healthCheckMs);
      }
    });
  }

  it('answers 503 and names the storage when the data directory is gone', async () => {
    await rm(api().directory.path, { recursive: true });
    const answer = await api().http.get('/health/ready');
    expect(answer.status).to.equal(503);
    expect(answer.body.status).to.equal('unavailable');
    expect(answer.body.dependencies.storage.status).to.equal('down');
    expect(answer.text).not.to.include(api().directory.path);
    expect((await api().http.get('/health/live')).status).to.equal(200);
  });

  it('answers within its bound when a dependency hangs', async () => {
    await using slow = await withSlowDatabase();
    using clock = new StallMeter();
    const answer = await slow.http.get('/health/ready');
    expect(clock.ranMs).to.be.lessThan(3 * apiLimits.healthCheckMs);
    expect(answer.body.dependencies.database).to.include({ status: 'down' });
    expect(answer.body.dependencies.redis).to.include({ status: 'up' });
  }).timeout(20_000);

  const open = withParts();
  const withSlowDatabase = async () => {
    const history = Object.create(api().history, { check: { value: () => new Promise(() => {}) } });
    return open({ history });
  };
});

describe('an API whose Redis is gone', () => {
  let home: TemporaryDirectory;
  let api: ApiUnderTest;
  let stopRedis: () => Promise<void>;

  before(async function () {
    this.timeout(30_000);
    home = await TemporaryDirectory.create('redis');
    const server = await startQueueServer({ dataDirectory: home.path, logger: new RecordedLog() });
    stopRedis = () => server.stop();
    api = await ApiUnderTest.open(server.url, new ProgramChecker());
    await api.submitted({ name: 'before' });
    await server.stop();
  });

  after(async () => {
    await stopRedis();
    await (api.dependencies.checker as ProgramChecker)[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  it('refuses jobs soon, with 503 queue_unavailable and Retry-After, and stores nothing', async () => {
    using clock = new StallMeter();
    const answer = await api.submit({ ...wordCount, name: 'after' });
    expect(clock.ranMs).to.be.lessThan(2 * queueLimits.commandTimeoutMs);
    expect(answer.body).to.include({ status: 503, code: 'queue_unavailable' });
    expect(answer.headers['retry-after']).to.equal(String(apiLimits.retryAfterSeconds));
    const { items } = await api.history.listJobs({ limit: 10 });
    expect(items.map(({ name }) => name)).to.deep.equal(['before']);
  }).timeout(20_000);

  it('still tells about jobs', async () => {
    expect((await api.http.get('/api/v1/jobs')).body.items).to.have.lengthOf(1);
  });

  it('is not ready, and lives', async () => {
    const answer = await api.http.get('/health/ready');
    expect(answer.status).to.equal(503);
    expect(answer.body.dependencies.redis.status).to.equal('down');
    expect((await api.http.get('/health/live')).status).to.equal(200);
  }).timeout(20_000);

  it('still cancels: the verdict is what counts', async () => {
    const [job] = (await api.history.listJobs({ limit: 1 })).items;
    const answer = await api.http.post(`/api/v1/jobs/${job?.job_id}/cancel`);
    expect(answer.status).to.equal(202);
    expect((await api.jobStore.readVerdict(job?.job_id ?? ''))?.status).to.equal('cancelled');
  }).timeout(20_000);
});

describe('an API whose Redis goes away after the record is stored', () => {
  const open = withParts();

  it('answers 202 all the same, and asks that the job be queued later', async () => {
    await using api = await open();
    const { queue } = api.dependencies;
    queue.addPlan = () => Promise.reject(new Error('gone'));
    const answer = await api.submit(wordCount);
    expect(answer.status).to.equal(202);
    expect((await api.http.get(answer.headers.location ?? '')).status).to.equal(200);
    expect(api.sweepsRequested).to.equal(1);
  });
});
