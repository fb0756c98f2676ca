/** Redis that is reached over TLS, with a password: in a process of its own, since whom Node.js trusts is settled at its start. */
import { fileURLToPath } from 'node:url';
import { startQueueServer } from '@gridmr/runtime';
import { makeCertificate, PrivateRedis, redisPrograms, type TestCertificate, TestProcess } from '@gridmr/testkit';
import { expect } from 'chai';
import { RecordedLog } from './recorded-log.js';

const program = fileURLToPath(new URL('./programs/reach-redis.js', import.meta.url));
const password = 'a-secret/of+redis';
const login = `:${encodeURIComponent(password)}`;

describe('Redis over TLS', function () {
  this.timeout(60_000);
  let certificate: TestCertificate;
  let server: PrivateRedis;

  before(async function () {
    if (redisPrograms() === undefined) this.skip();
    const made = await makeCertificate();
    if (made === undefined) this.skip();
    certificate = made;
    server = await PrivateRedis.start({ password, certificate });
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    await certificate?.[Symbol.asyncDispose]();
  });

  async function outputOf(url: string, trusts: boolean): Promise<string> {
    const NODE_EXTRA_CA_CERTS = trusts ? certificate.certificateFile : undefined;
    await using process = TestProcess.fork(program, { env: { GRIDMR_REDIS_URL: url, NODE_EXTRA_CA_CERTS } });
    await process.exited;
    return process.stdout.trim();
  }

  it('is used with its password by a process that trusts its certificate', async () => {
    expect(await outputOf(`rediss://${login}@${server.address}`, true)).to.equal('reached, 1 waits');
  });

  it('is refused with a wrong password, which is not shown', async () => {
    const output = await outputOf(`rediss://:guessed@${server.address}`, true);
    expect(output)
      .to.match(/^There is no usable Redis at 127\.0\.0\.1:\d+: .*WRONGPASS/)
      .and.not.contain('guessed');
  });
});

describe('an address of Redis that leads to something else', function () {
  this.timeout(60_000);
  const logger = new RecordedLog();
  let server: PrivateRedis;

  before(async function () {
    if (redisPrograms() === undefined) this.skip();
    server = await PrivateRedis.start({ password });
  });
  after(() => server?.[Symbol.asyncDispose]());

  async function refusalOf(redisUrl: string): Promise<string> {
    const started = startQueueServer({ redisUrl, dataDirectory: process.cwd(), logger });
    return started.then(
      () => 'it was taken',
      (error: Error) => error.message,
    );
  }

  it('is refused at once, and says how it is written', async () => {
    await using node = await PrivateRedis.start({ config: ['cluster-enabled yes'] });
    expect(await refusalOf(`redis://${node.address}`)).to.equal(
      'GRIDMR_REDIS_URL leads to a Redis that runs as cluster: write it as redis+cluster://host:port,host:port.',
    );
    expect(await refusalOf(`redis+cluster://${login}@${server.address}`)).to.contain('cluster support disabled');
    expect(await refusalOf(`redis+sentinel://${node.address}/m`)).to.match(/unknown command .sentinel/);
  });

  it('is refused at once with a wrong password, or the name of no master', async () => {
    const config = [`sentinel monitor known 127.0.0.1 ${server.port} 1`];
    await using sentinel = await PrivateRedis.start({ config, isSentinel: true });
    expect(await refusalOf(`redis+sentinel://${login}@${sentinel.address}/unknown`)).to.contain('No such master');
    expect(await refusalOf(`redis+sentinel://:guessed@${sentinel.address}/known`)).to.contain('WRONGPASS');
    expect(await refusalOf(`redis+cluster://:guessed@${server.address}`)).to.contain('WRONGPASS');
  });
});
