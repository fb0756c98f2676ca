/** Processes of a stack are killed while a job runs: it goes on by itself once they are back, and completes exactly. */
import { childProcesses, type OracleResult, StallMeter, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from '../end-to-end/running-stack.js';
import { type StartedStack, startStack } from '../end-to-end/started-stack.js';
import { CommitWatch } from './commit-watch.js';
import {
  describeMoment,
  expectExact,
  type Moment,
  momentsOf,
  prepareSlowJob,
  slowJob,
  untilMoment,
} from './slow-job.js';
import { processMarks, processOf, signalIfThere } from './stack-processes.js';
import { attemptsOf, describeAttempts, workerOf } from './straggling-job.js';

const jobMs = 120_000;
/** Back at work within 15 s, and a few seconds of work. */
const endMsMax = 25_000;
const moments = momentsOf(6);
const hitAlone = moments.filter((_, i) => [1, 3, 4].includes(i));
const parts = { API: processMarks.api, 'a worker': processMarks.worker, 'the queue server': processMarks.queueServer };

describe('a job whose processes are killed', function () {
  this.timeout(90_000);
  let directory: TemporaryDirectory;
  let stack: StartedStack;
  let expected: OracleResult;

  before(async () => {
    directory = await TemporaryDirectory.create('killed');
    expected = await prepareSlowJob(directory);
    stack = await startStack(directory, { GRIDMR_WORKERS: '2' });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await directory?.[Symbol.asyncDispose]();
  });

  /** Has the moment hit by `kill`. */
  async function survives(moment: Moment, kill: () => Promise<void>): Promise<void> {
    const { job_id } = await stack.client.submit(slowJob);
    using commits = new CommitWatch(directory, job_id);
    await untilMoment(directory, job_id, moment);
    await kill();
    await completesExactly(job_id);
    await commits.expectNoRepetition(stack.client);
  }

  /** Waits for the end, across answers that do not come. */
  async function completesExactly(jobId: string): Promise<void> {
    using clock = new StallMeter();
    const signal = AbortSignal.timeout(jobMs);
    for (;;) {
      const job = await stack.client.waitFor(jobId, { signal }).catch(error => {
        if (signal.aborted) throw error;
      });
      if (job === undefined) continue;
      expect(clock.ranMs).to.be.lessThan(endMsMax);
      expectExact(directory, job, expected);
      return;
    }
  }

  for (const moment of moments) {
    it(`all of them, in ${describeMoment(moment)}`, async () => {
      const all = [stack.process.pid, ...(await childProcesses(stack.process.pid))];
      await survives(moment, async () => {
        for (const pid of all) signalIfThere(pid, 'SIGKILL');
        await stack.process.exited;
        stack = await startStack(directory, { GRIDMR_WORKERS: '2' });
      });
    });
  }

  for (const [name, part] of Object.entries(parts)) {
    for (const moment of hitAlone) {
      it(`${name}, in ${describeMoment(moment)}`, async () => {
        const pid = await processOf(part, stack.process.pid);
        await survives(moment, async () => signalIfThere(pid, 'SIGKILL'));
      });
    }
  }
});

describe('a job one of whose workers is killed, with locks that outlast the test', function () {
  this.timeout(90_000);
  let directory: TemporaryDirectory;
  let stack: StartedStack;

  before(async () => {
    directory = await TemporaryDirectory.create('mourned');
    const locks = { GRIDMR_LOCK_SECONDS: '600', GRIDMR_STALLED_CHECK_SECONDS: '2' };
    stack = await startStack(directory, { GRIDMR_WORKERS: '2', ...locks });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await directory?.[Symbol.asyncDispose]();
  });

  it('does not wait for them: who started the worker saw it die', async () => {
    const lines = ['0', '1', '2', '3'];
    await directory.write('lines.txt', lines.map(line => `${line}\n`).join(''));
    const { job_id } = await stack.client.submit({
      name: 'seconds a line',
      input_file: 'lines.txt',
      split_size_mb: 2 / 1024 / 1024,
      num_reducers: 1,
      map_function: 'line => { for (let i = 0; i < 1e8; i++); return [[line, 1]]; }',
      reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
    });
    signalIfThere(await workerOf(stack, job_id, 'map', 1, 1), 'SIGKILL');
    using clock = new StallMeter();
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expect(clock.ranMs).to.be.lessThan(endMsMax);
    expect(job.error).to.equal(null);
    expect(job.status).to.equal('completed');
    const results: string[] = [];
    for await (const line of stack.client.results(job_id)) results.push(line);
    expect(results).to.deep.equal(lines.map(line => `${line}\t1`));
    expect(describeAttempts(await attemptsOf(stack, job_id, 'map', 1))).to.equal('1 lost, 2 committed');
  });
});

describe('a job whose queue server comes back empty', function () {
  this.timeout(90_000);
  let stack: RunningStack;
  let expected: OracleResult;

  before(async () => {
    stack = await RunningStack.start({ workers: 2, queueKind: 'embedded' });
    expected = await prepareSlowJob(stack.directory);
  });
  after(() => stack?.[Symbol.asyncDispose]());

  for (const moment of hitAlone) {
    it(`in ${describeMoment(moment)}`, async () => {
      const server = await processOf(processMarks.embeddedQueueServer, process.pid);
      const { job_id } = await stack.client.submit(slowJob);
      using commits = new CommitWatch(stack.directory, job_id);
      await untilMoment(stack.directory, job_id, moment);
      using clock = new StallMeter();
      signalIfThere(server, 'SIGKILL');
      const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
      expect(clock.ranMs).to.be.lessThan(endMsMax);
      expectExact(stack.directory, job, expected);
      await commits.expectNoRepetition(stack.client);
    });
  }
});
