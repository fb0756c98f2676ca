/** A whole stack over a Redis Cluster of three nodes, with TLS and a password where this machine can. */
import { ApiError, GridmrClient } from '@gridmr/client';
import { type JobStreamEvent, sweeperKey, systemMetricsSchema } from '@gridmr/contracts';
import {
  makeCertificate,
  type OracleResult,
  type RedisCluster,
  redisPrograms,
  StallMeter,
  startRedisCluster,
  TemporaryDirectory,
  type TestCertificate,
} from '@gridmr/testkit';
import { expect } from 'chai';
import { expectExact, prepareSlowJob, slowJob, untilCleanedUp, untilMoment } from '../chaos/slow-job.js';
import { type StartedStack, startStack } from './started-stack.js';

const jobMs = 120_000;
/** Counting the request is given up first, then putting it into the queue. */
const answerMsMax = 3000;
const password = 'a-secret/of+redis';
const secret = 'a-secret-of-the-operator';

describe('a stack over a Redis Cluster', function () {
  this.timeout(150_000);
  let directory: TemporaryDirectory;
  let certificate: TestCertificate | undefined;
  let cluster: RedisCluster;
  let stack: StartedStack;
  let client: GridmrClient;
  let expected: OracleResult;

  before(async function () {
    if (redisPrograms() === undefined) this.skip();
    directory = await TemporaryDirectory.create('redis-cluster');
    expected = await prepareSlowJob(directory);
    certificate = await makeCertificate();
    cluster = await startRedisCluster({ password, certificate });
    const scheme = certificate === undefined ? 'redis' : 'rediss';
    const named = cluster.nodes.slice(1).map(node => node.address);
    stack = await startStack(directory, {
      GRIDMR_WORKERS: '2',
      GRIDMR_REDIS_URL: `${scheme}+cluster://:${encodeURIComponent(password)}@${named.join()}`,
      // Then requests are counted too.
      GRIDMR_API_KEYS: `ops:admin:${secret}`,
      ...(certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate.certificateFile }),
    });
    client = new GridmrClient({ baseUrl: stack.url, apiKey: secret });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await cluster?.[Symbol.asyncDispose]();
    await certificate?.[Symbol.asyncDispose]();
    await directory?.[Symbol.asyncDispose]();
  });

  it('runs a job of 16 map and 4 reduce tasks exactly, and tells its events', async () => {
    const { job_id } = await client.submit(slowJob);
    const told = await eventsOf(job_id);
    expectExact(directory, await client.job(job_id), expected);
    expect(told.at(-1)).to.deep.include({ event: 'done' });
    expect(told.some(event => event.event === 'task')).to.equal(true);
    await untilCleanedUp(directory, job_id);
  });

  it('stops a cancelled job, whose tasks say so', async () => {
    const { job_id } = await client.submit(slowJob);
    await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
    await client.cancel(job_id);
    const job = await client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expect(job.status).to.equal('cancelled');
  });

  it('has figures of Redis and workers, and nothing to complain of', async () => {
    const answer = await fetch(`${stack.url}/api/v1/metrics/system`, { headers: { 'x-api-key': secret } });
    const system = systemMetricsSchema.parse(await answer.json());
    expect(system.redis?.memory_bytes).to.be.greaterThan(0);
    expect(system.workers?.total).to.equal(2);
    const complaints = linesOf(stack.process.stderr).filter(line => !line.includes('event loop was blocked'));
    expect(complaints.join('\n')).to.equal('');
  });

  it('goes on with a job when the node that has its messages dies, and comes back without its memory', async () => {
    const { job_id } = await client.submit(slowJob);
    await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
    const listening = eventsOf(job_id);
    const node = await cluster.ownerOf(sweeperKey);
    await node.crash();
    using clock = new StallMeter();
    const refusal = await client.submit(slowJob).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(ApiError).and.to.include({ code: 'queue_unavailable' });
    expect(clock.ranMs).to.be.lessThan(answerMsMax);
    await node.start();
    const job = await client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, job, expected);
    expect((await listening).at(-1)).to.deep.include({ event: 'done' });
    expect(stack.process.stderr).not.to.contain(password);
  });

  async function eventsOf(jobId: string): Promise<JobStreamEvent[]> {
    const told: JobStreamEvent[] = [];
    for await (const event of client.events(jobId, { signal: AbortSignal.timeout(jobMs) })) told.push(event);
    return told;
  }
});

function linesOf(text: string): string[] {
  return text.split('\n').filter(line => line !== '');
}
