import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { jobSchema, messageIds } from '@gridmr/contracts';
import { connectRedis, openQueues, type QueueServer, startQueueServer } from '@gridmr/runtime';
import { TemporaryDirectory, TestProcess, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { wordCount } from './api-under-test.js';
import { RecordedLog } from './recorded-log.js';

const main = fileURLToPath(import.meta.resolve('@gridmr/api').replace(/index\.js$/, 'main.js'));

describe('the API process', function () {
  this.timeout(90_000);
  let directory: TemporaryDirectory;
  let server: QueueServer;

  beforeEach(async () => {
    directory = await TemporaryDirectory.create('api-process');
    server = await startQueueServer({ dataDirectory: directory.resolve('redis'), logger: new RecordedLog() });
    await directory.write('input/book.txt', 'x\n');
  });

  afterEach(async () => {
    await server.stop();
    await directory[Symbol.asyncDispose]();
  });

  const start = async (env: Record<string, string> = {}) => {
    const settings = { GRIDMR_DATA_DIR: directory.path, GRIDMR_REDIS_URL: server.url, GRIDMR_API_PORT: '0', ...env };
    const api = TestProcess.fork(main, { env: settings });
    const [message] = await Promise.race([
      once(api.child, 'message'),
      api.exited.then(exit => Promise.reject(new Error(`${JSON.stringify(exit)}\n${api.stderr}`))),
    ]);
    return { api, url: `http://${message.ready.host}:${message.ready.port}` };
  };

  const submit = (url: string) =>
    fetch(`${url}/api/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wordCount),
    });

  it('tells its parent where it listens, serves, and stops on SIGTERM with 0', async () => {
    const { api, url } = await start();
    expect((await fetch(`${url}/health/ready`)).status).to.equal(200);
    expect((await submit(url)).status).to.equal(202);
    expect(await api.stop()).to.deep.equal({ code: 0, signal: null });
    expect(api.stderr).not.to.match(/"level":"error"/);
  });

  it('listens where others can reach it only with keys: those of the settings, or of the database', async () => {
    const failure = await start({ GRIDMR_API_HOST: '0.0.0.0' }).catch(error => error);
    expect(failure).to.be.instanceOf(Error);
    expect(failure.message).to.match(/authentication is off.*GRIDMR_API_KEYS/);

    const secret = 'a-secret-of-an-admin';
    const open = await start({ GRIDMR_API_HOST: '0.0.0.0', GRIDMR_API_KEYS: `ops:admin:${secret}` });
    const port = new URL(open.url).port;
    const ask = (at: string, key?: string) =>
      fetch(`http://127.0.0.1:${at}/api/v1/jobs`, key === undefined ? {} : { headers: { 'x-api-key': key } });
    expect((await ask(port)).status).to.equal(401);
    expect((await ask(port, secret)).status).to.equal(200);
    const made = await fetch(`http://127.0.0.1:${port}/api/v1/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': secret },
      body: JSON.stringify({ name: 'ops', role: 'admin' }),
    });
    const { secret: lasting } = (await made.json()) as { secret: string };
    await open.api.stop();
    expect(open.api.stderr).not.to.include(secret).and.not.include(lasting);

    const later = await start({ GRIDMR_API_HOST: '0.0.0.0' });
    const laterPort = new URL(later.url).port;
    expect((await ask(laterPort, secret)).status).to.equal(401);
    expect((await ask(laterPort, lasting)).status).to.equal(200);
    await later.api.stop();
  });

  it('keeps its promise to run a job when it is killed and Redis forgets everything', async () => {
    const first = await start();
    const location = (await submit(first.url)).headers.get('location');
    await first.api.crash();
    await server.stop();
    await rm(directory.resolve('redis'), { recursive: true });
    server = await startQueueServer({ dataDirectory: directory.resolve('redis'), logger: new RecordedLog() });

    const { api, url } = await start();
    const job = jobSchema.parse(await (await fetch(`${url}${location}`)).json());
    expect(job.status).to.equal('queued');
    const redis = connectRedis(server.url, 'worker', new RecordedLog());
    const { control, close } = openQueues(redis, { logger: new RecordedLog() });
    try {
      await waitUntil('the plan message', () => control.getJob(messageIds.plan(job.job_id)));
      await close();
    } finally {
      redis.disconnect();
      await api.stop();
    }
  });

  it('says what is wrong with its settings, and exits with 1', async () => {
    const api = TestProcess.fork(main, { env: { GRIDMR_API_PORT: 'high', GRIDMR_TASK_TIMEOUT: '-1' } });
    expect(await api.exited).to.deep.equal({ code: 1, signal: null });
    expect(api.stderr).to.include('GRIDMR_API_PORT').and.to.include('GRIDMR_TASK_TIMEOUT');
  });

  it('exits with 1 if the port is taken', async () => {
    const { api, url } = await start();
    const other = await TemporaryDirectory.create('api-other');
    const second = TestProcess.fork(main, {
      env: { GRIDMR_DATA_DIR: other.path, GRIDMR_REDIS_URL: server.url, GRIDMR_API_PORT: new URL(url).port },
    });
    expect((await second.exited).code).to.equal(1);
    expect(second.stderr).to.include('EADDRINUSE');
    await api.stop();
    await other[Symbol.asyncDispose]();
  });
});
