/** Redis that is reached over TLS, with a password: in a process of its own, since whom Node.js trusts is settled at its start. */
import { fileURLToPath } from 'node:url';
import {
  makeCertificate,
  PrivateRedis,
  redisPrograms,
  startRedisCluster,
  type TestCertificate,
  TestProcess,
} from '@gridmr/testkit';
import { expect } from 'chai';

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
    await process.waitForOutput(/\n/);
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

describe('an address of another form than Redis has', function () {
  this.timeout(60_000);

  before(function () {
    if (redisPrograms() === undefined) this.skip();
  });

  async function refusalOf(url: string): Promise<string> {
    await using process = TestProcess.fork(program, { env: { GRIDMR_REDIS_URL: url } });
    await process.waitForOutput(/\n/);
    return process.stdout.trim();
  }

  it('says how a node of a Cluster is written', async () => {
    await using cluster = await startRedisCluster();
    const refusal = await refusalOf(`redis://${cluster.nodes[0]?.address}`);
    expect(refusal).to.equal(
      'GRIDMR_REDIS_URL leads to a Redis that runs as cluster: write it as redis+cluster://host:port,host:port.',
    );
  });
});
