/** Every form that the address of Redis may have, each with TLS and passwords where this machine can: jobs are exact, events are told, a cancel stops them. */
import type { JobStreamEvent } from '@gridmr/contracts';
import {
  makeCertificate,
  type OracleResult,
  PrivateRedis,
  redisPrograms,
  startRedisCluster,
  startWatchedRedis,
  TemporaryDirectory,
  type TestCertificate,
  watchedName,
} from '@gridmr/testkit';
import { expect } from 'chai';
import { expectExact, prepareSlowJob, slowJob, untilCleanedUp, untilMoment } from '../chaos/slow-job.js';
import { type StartedStack, startStack } from './started-stack.js';

const jobMs = 120_000;
const password = 'a-secret/of+redis';
const sentinelPassword = 'a-secret-of-sentinels';
const login = `:${encodeURIComponent(password)}`;

interface Form {
  readonly name: string;
  /** What stands before the `+`, or the colon, follows from whether there is TLS. */
  start(certificate: TestCertificate | undefined, scheme: string): Promise<AsyncDisposable & { readonly url: string }>;
}

const forms: readonly Form[] = [
  {
    name: 'one server',
    async start(certificate, scheme) {
      const server = await PrivateRedis.start({ password, certificate });
      const stop = () => server[Symbol.asyncDispose]();
      return { url: `${scheme}://${login}@${server.address}`, [Symbol.asyncDispose]: stop };
    },
  },
  {
    name: 'a Cluster of three nodes, of which two are named',
    async start(certificate, scheme) {
      const cluster = await startRedisCluster({ password, certificate });
      const named = cluster.nodes.slice(1).map(node => node.address);
      const stop = () => cluster[Symbol.asyncDispose]();
      return { url: `${scheme}+cluster://${login}@${named.join()}`, [Symbol.asyncDispose]: stop };
    },
  },
  {
    name: 'the master of a Sentinel',
    async start(certificate, scheme) {
      const watched = await startWatchedRedis({ password, certificate, sentinelPassword });
      const place = `${watched.sentinel.address}/${watchedName}/1?sentinel_password=${sentinelPassword}`;
      const stop = () => watched[Symbol.asyncDispose]();
      return { url: `${scheme}+sentinel://${login}@${place}`, [Symbol.asyncDispose]: stop };
    },
  },
];

for (const form of forms) {
  describe(`a stack whose Redis is ${form.name}`, function () {
    this.timeout(150_000);
    let directory: TemporaryDirectory;
    let certificate: TestCertificate | undefined;
    let redis: Awaited<ReturnType<Form['start']>>;
    let stack: StartedStack;
    let expected: OracleResult;

    before(async function () {
      if (redisPrograms() === undefined) this.skip();
      directory = await TemporaryDirectory.create('redis-form');
      expected = await prepareSlowJob(directory);
      certificate = await makeCertificate();
      redis = await form.start(certificate, certificate === undefined ? 'redis' : 'rediss');
      stack = await startStack(directory, {
        GRIDMR_WORKERS: '2',
        GRIDMR_REDIS_URL: redis.url,
        ...(certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate.certificateFile }),
      });
    });
    after(async () => {
      await stack?.process.stop(60_000);
      await redis?.[Symbol.asyncDispose]();
      await certificate?.[Symbol.asyncDispose]();
      await directory?.[Symbol.asyncDispose]();
    });

    it('runs a job of 16 map and 4 reduce tasks exactly, and tells its events', async () => {
      const { job_id } = await stack.client.submit(slowJob);
      const told: JobStreamEvent[] = [];
      const signal = AbortSignal.timeout(jobMs);
      for await (const event of stack.client.events(job_id, { signal })) told.push(event);
      expectExact(directory, await stack.client.job(job_id), expected);
      expect(told.at(-1)).to.deep.include({ event: 'done' });
      expect(told.some(event => event.event === 'task')).to.equal(true);
      await untilCleanedUp(directory, job_id);
    });

    it('stops a cancelled job', async () => {
      const { job_id } = await stack.client.submit(slowJob);
      await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
      await stack.client.cancel(job_id);
      const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
      expect(job.status).to.equal('cancelled');
    });

    it('has figures of Redis and workers, and nothing to complain of', async () => {
      const system = await (await fetch(`${stack.url}/api/v1/metrics/system`)).json();
      expect(system.redis?.memory_bytes).to.be.greaterThan(0);
      expect(system.workers?.total).to.equal(2);
      expect(stack.process.stderr).not.to.match(/"level":"(?:error|warn)"/);
      expect(stack.process.stderr).not.to.contain(password);
    });
  });
}
