/** One client's huge job and another's small one, on two worker processes. */
import { needsRunningMachine, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from './running-stack.js';

const hugeTasks = 10_000;
/** More than what makes a task tiny: a task each, no bundles. */
const linesPerTask = 450;
const line = '123456789\n';
const smallJobs = 7;
const slowdownMax = 3;
const bytesPerMb = 1024 * 1024;

const counting = {
  map_function: 'line => [[line.length, 1]]',
  combine_function: '(length, ones) => [length, ones.reduce((a, b) => a + b, 0)]',
  reduce_function: '(length, ones) => [length, ones.reduce((a, b) => a + b, 0)]',
};

describe('a small job behind the 10,000 tasks of another client', function () {
  this.timeout(600_000);
  let stack: RunningStack | undefined;
  before(async function () {
    needsRunningMachine(this);
    const started = await RunningStack.start({ workers: 2 });
    stack = started;
    await started.directory.write('huge.txt', line.repeat(hugeTasks * linesPerTask));
    await started.directory.write('small.txt', line.repeat(10));
  });
  after(() => stack?.[Symbol.asyncDispose]());

  /** Milliseconds from submission to the end, as the platform tells them, of one small job after the other. */
  async function smallJobsTake(running: RunningStack): Promise<number[]> {
    const took: number[] = [];
    for (let i = 0; i < smallJobs; i++) {
      const job = await running.run({ name: 'small', client_id: 'b', input_file: 'small.txt', ...counting });
      expect(job.error).to.equal(null);
      took.push(Date.parse(job.finished_at ?? '') - Date.parse(job.created_at));
    }
    return took.sort((a, b) => a - b);
  }

  it(`takes no more than ${slowdownMax} times what it takes on an idle stack`, async () => {
    if (stack === undefined) throw new Error('the stack was not started');
    const running = stack;
    await smallJobsTake(running);
    const idle = await smallJobsTake(running);
    const { job_id } = await running.client.submit({
      name: 'huge',
      client_id: 'a',
      input_file: 'huge.txt',
      split_size_mb: (line.length * linesPerTask) / bytesPerMb,
      ...counting,
    });
    const hugeJob = () => running.client.job(job_id);
    await waitUntil('the huge job', async () => (await hugeJob()).tasks.map.completed > 100, { timeoutMs: 120_000 });
    const busy = await smallJobsTake(running);
    const { map } = (await hugeJob()).tasks;
    expect(map.total).to.equal(hugeTasks);
    expect(map.pending, 'the huge job is still at it').to.be.greaterThan(0);
    const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    const figures = `idle ${median(idle)} ms (${idle.join()}), beside 10,000 tasks ${median(busy)} ms (${busy.join()})`;
    process.stdout.write(`      ${figures}; ${map.completed} of the tasks were done by then\n`);
    expect(median(busy) / median(idle), figures).to.be.at.most(slowdownMax);
    await running.client.cancel(job_id);
  });
});
