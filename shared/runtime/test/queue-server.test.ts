import { once } from 'node:events';
import { queuePrefix } from '@gridmr/contracts';
import { connectRedis, QueueServerError, startQueueServer } from '@gridmr/runtime';
import { expect } from 'chai';
import { startProgram } from './child-program.js';
import { describeQueueServer, processExists } from './describe-queue-server.js';
import { hasNativeServer } from './native-server.js';
import { RecordedLog } from './recorded-log.js';
import { temporaryDirectory } from './temporary-directory.js';

const logger = new RecordedLog();

describeQueueServer('embedded');

describe('startQueueServer', function () {
  this.timeout(120_000);

  it('warns that the embedded server keeps nothing', async () => {
    await using directory = await temporaryDirectory();
    const log = new RecordedLog();
    await using _server = await startQueueServer({ dataDirectory: directory.path, logger: log, force: 'embedded' });
    const warnings = log.lines.filter(line => line.level === 'warn');
    expect(warnings).to.have.length(1);
    expect(warnings[0]?.message).to.contain('keeps nothing when it restarts');
  });

  it('says so when the private server dies by itself', async () => {
    await using directory = await temporaryDirectory();
    const log = new RecordedLog();
    const server = await startQueueServer({ dataDirectory: directory.path, logger: log, force: 'embedded' });
    process.kill(server.pid ?? 0, 'SIGKILL');
    await server.exited;
    await server.stop();
    expect(log.lines.at(-1)).to.deep.include({ level: 'error' });
  });

  it('refuses an external Redis that evicts, and leaves it running', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startQueueServer({ dataDirectory: directory.path, logger, force: 'embedded' });
    const redis = connectRedis(server.url, 'producer', logger);
    const external = () => startQueueServer({ redisUrl: server.url, dataDirectory: directory.path, logger });
    try {
      await (await external()).stop();
      await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const refusal = await external().catch((error: Error) => error);
      expect(refusal).to.include({ name: 'RedisUnsuitableError' });
      expect((refusal as Error).message)
        .to.contain('allkeys-lru')
        .and.to.contain('Set maxmemory-policy to noeviction');
      expect(await redis.ping()).to.equal('PONG');
    } finally {
      redis.disconnect();
    }
  });

  it('tells a wrong password from a Redis that is not there, and shows no password', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startQueueServer({ dataDirectory: directory.path, logger, force: 'embedded' });
    const redisUrl = server.url.replace(/:[0-9a-f]+@/, ':wrong@');
    const refusal = await startQueueServer({ redisUrl, dataDirectory: directory.path, logger }).catch((e: Error) => e);
    expect(refusal).to.be.instanceOf(QueueServerError);
    expect((refusal as Error).message).to.match(/WRONGPASS|NOAUTH/);
    expect((refusal as Error).message).not.to.contain(':wrong');
  });
});

if (hasNativeServer()) {
  describeQueueServer('native');
} else {
  describe('the native queue server', () => {
    it('is skipped: there is neither redis-server nor valkey-server on PATH', function () {
      this.skip();
    });
  });
}

(hasNativeServer() ? describe : describe.skip)('the native queue server and its data directory', function () {
  this.timeout(120_000);
  const native = (dataDirectory: string) => startQueueServer({ dataDirectory, logger, force: 'native' });

  async function withRedis<T>(url: string, use: (redis: ReturnType<typeof connectRedis>) => Promise<T>): Promise<T> {
    const redis = connectRedis(url, 'producer', logger);
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  it('keeps what was written over a restart', async () => {
    await using directory = await temporaryDirectory();
    const first = await native(directory.path);
    await withRedis(first.url, redis => redis.set(`${queuePrefix}:kept`, 'yes'));
    await first.stop();
    await using second = await native(directory.path);
    expect(await withRedis(second.url, redis => redis.get(`${queuePrefix}:kept`))).to.equal('yes');
  });

  it('refuses a second server on the same directory', async () => {
    await using directory = await temporaryDirectory();
    await using first = await native(directory.path);
    const refusal = await native(directory.path).catch((error: Error) => error);
    expect(refusal).to.be.instanceOf(QueueServerError);
    expect((refusal as Error).message)
      .to.contain(`process ${process.pid}`)
      .and.to.contain('GRIDMR_DATA_DIR');
    expect(await withRedis(first.url, redis => redis.ping())).to.equal('PONG');
  });

  it('refuses a second server from another process', async () => {
    await using directory = await temporaryDirectory();
    await using _first = await native(directory.path);
    await using other = startProgram('queue-server-owner', ['native', directory.path]);
    const answer = (await other.message()) as { refusal?: string };
    expect(answer.refusal).to.contain(`process ${process.pid}`);
  });

  it('starts again at once, with all data, after the process that started it was killed', async () => {
    await using directory = await temporaryDirectory();
    await using owner = startProgram('queue-server-owner', ['native', directory.path]);
    const { url, pid } = (await owner.message()) as { url: string; pid: number };
    await withRedis(url, redis => redis.set(`${queuePrefix}:kept`, 'yes'));
    owner.process.kill('SIGKILL');
    await once(owner.process, 'exit');
    await using again = await native(directory.path);
    expect(processExists(pid), 'the first server still runs').to.equal(false);
    expect(await withRedis(again.url, redis => redis.get(`${queuePrefix}:kept`))).to.equal('yes');
  });
});
