/** The master of a Sentinel dies while a job runs, and its replica is promoted: the job goes on, and what the replica had not been told is made good. */
import {
  makeCertificate,
  type OracleResult,
  redisPrograms,
  startWatchedRedis,
  TemporaryDirectory,
  type TestCertificate,
  type WatchedRedis,
  waitUntil,
  watchedName,
} from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from '../end-to-end/started-stack.js';
import { expectExact, hasEnded, prepareSlowJob, slowJob, untilCleanedUp, untilMoment } from './slow-job.js';

const jobMs = 120_000;
const password = 'a-secret/of+redis';
const sentinelPassword = 'a-secret-of-sentinels';

describe('a job whose Redis is promoted by a Sentinel', function () {
  this.timeout(150_000);
  let directory: TemporaryDirectory;
  let certificate: TestCertificate | undefined;
  let redis: WatchedRedis;
  let stack: StartedStack;
  let expected: OracleResult;

  before(async function () {
    if (redisPrograms() === undefined) this.skip();
    directory = await TemporaryDirectory.create('promoted');
    expected = await prepareSlowJob(directory);
    certificate = await makeCertificate();
    redis = await startWatchedRedis({ password, certificate, sentinelPassword });
    const scheme = certificate === undefined ? 'redis' : 'rediss';
    const place = `${redis.sentinel.address}/${watchedName}/1?sentinel_password=${sentinelPassword}`;
    stack = await startStack(directory, {
      GRIDMR_WORKERS: '2',
      GRIDMR_REDIS_URL: `${scheme}+sentinel://:${encodeURIComponent(password)}@${place}`,
      GRIDMR_LOG_LEVEL: 'error',
      ...(certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate.certificateFile }),
    });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await redis?.[Symbol.asyncDispose]();
    await certificate?.[Symbol.asyncDispose]();
    await directory?.[Symbol.asyncDispose]();
  });

  it('goes on with the replica, exactly, and further jobs run', async () => {
    const { job_id } = await stack.client.submit(slowJob);
    const listening = lastEventOf(job_id);
    await untilMoment(directory, job_id, { phase: 'map', committed: 3 });
    await redis.master.crash();
    await waitUntil('the replica to be the master', async () =>
      (await redis.replica.command('INFO', 'replication')).includes('role:master'),
    );
    expect(hasEnded(directory, job_id)).to.equal(false);
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, job, expected);
    expect(await listening).to.equal('done');
    const next = await waitUntil('the next job to be taken', () => stack.client.submit(slowJob));
    const nextJob = await stack.client.waitFor(next.job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, nextJob, expected);
    await untilCleanedUp(directory, next.job_id);
    expect(stack.process.stderr).not.to.contain(password);
  });

  async function lastEventOf(jobId: string): Promise<string | undefined> {
    let last: string | undefined;
    for await (const { event } of stack.client.events(jobId, { signal: AbortSignal.timeout(jobMs) })) last = event;
    return last;
  }
});
