/** Jobs whose workers see the data directory by two NFS mounts of one export, one of which remembers missing names, and the API by a third: see `NfsMounts`. */
import {
  forgetfulMemory,
  NfsMounts,
  type PrivatePostgres,
  recommendedMemory,
  startPrivatePostgres,
  whyNoNfsMounts,
} from '@gridmr/testkit';
import { expect } from 'chai';
import { expectAnswer, prepareSlowCount, type SlowCount, submitAndWaitForMiddle } from '../compose/slow-count.js';
import { SeparateProcesses } from './separate-processes.js';

/** A job of two seconds on one core. */
const turns = 400_000;
/** Longer than a lock of 3 s, and a look for lost ones. */
const pastLockMs = 6000;

describe('a job over NFS', function () {
  this.timeout(120_000);
  let mounts: NfsMounts;
  let database: PrivatePostgres | undefined;
  let stack: SeparateProcesses;
  let count: SlowCount;

  before(async function () {
    const reason = whyNoNfsMounts();
    // A database of one file is for one machine: over NFS its locks are not to be trusted.
    database = reason === undefined ? await startPrivatePostgres() : undefined;
    if (database === undefined) {
      process.stderr.write(`Jobs over NFS are not tested: ${reason ?? 'there is no PostgreSQL'}.\n`);
      this.skip();
    }
    mounts = await NfsMounts.start([recommendedMemory, recommendedMemory, forgetfulMemory]);
    const [apiDirectory = '', ...workerDirectories] = mounts.paths;
    const env = { GRIDMR_DATABASE_URL: database.url, GRIDMR_LOCK_SECONDS: '3', GRIDMR_STALLED_CHECK_SECONDS: '1' };
    stack = await SeparateProcesses.start({ apiDirectory, workerDirectories, env });
    count = await prepareSlowCount(stack.client, turns);
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await mounts?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  it('gives the exact answer, both workers having had a part in it', async () => {
    const jobId = await submitAndWaitForMiddle(stack.client, count);
    await expectAnswer(stack.client, jobId, count);
    const { items } = await stack.client.tasks(jobId, { kind: 'map' });
    const workers = new Set(items.flatMap(task => task.attempts.map(attempt => attempt.worker_id)));
    expect(workers.size).to.equal(2);
  });

  it('gives it when a worker is stopped past its lock and goes on, as late as it is', async () => {
    const jobId = await submitAndWaitForMiddle(stack.client, count);
    const busy = (await stack.client.workers()).find(({ state }) => state === 'busy')?.pid;
    const late = stack.workers.find(({ pid }) => pid === busy) ?? stack.workers[0];
    late?.child.kill('SIGSTOP');
    setTimeout(() => late?.child.kill('SIGCONT'), pastLockMs);
    await expectAnswer(stack.client, jobId, count);
  });
});
