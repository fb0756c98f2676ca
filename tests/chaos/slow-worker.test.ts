/**
 * The bar of speculation: a job one worker of which becomes 20 times slower while it is at a task ends within 1.3 times what it takes without. Real
 * processes, really slowed; without speculation such a job takes twice as long.
 */
import type { Job, JobRequest } from '@gridmr/contracts';
import { needsRunningMachine, type OracleResult, runOracle, SlowedProcess, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from '../end-to-end/running-stack.js';
import { endedAfterMs } from './straggling-job.js';

const tasks = 30;
const slowedTimes = 20;
const ratioMax = 1.3;
/** The machine's other work makes two runs differ: one pair of runs must keep the bar, of so many. */
const pairsMax = 3;
const lineBytes = 8;
/** An attempt is told of as running after 0.3 s. */
const begunMsMax = 450;
const map = 'line => [[line % 7, 1]]';
const reduce = '(key, ones) => [key, ones.reduce((a, b) => a + b, 0)]';

describe('a worker that is 20 times slower than the others', function () {
  this.timeout(300_000);
  const text = Array.from({ length: tasks }, (_, i) => `${String(i).padStart(lineBytes - 1, '0')}\n`).join('');
  let stack: RunningStack;
  let expected: OracleResult;

  const request: JobRequest = {
    name: 'slow worker',
    input_file: 'lines.txt',
    map_function: `line => { for (let i = 0; i < 2e7; i++); return (${map})(line); }`,
    reduce_function: reduce,
    split_size_mb: lineBytes / (1024 * 1024),
  };

  before(async function () {
    needsRunningMachine(this);
    stack = await RunningStack.start({ workers: 3 });
    await stack.directory.write('lines.txt', text);
    const program = { form: 'functions', map_function: map, reduce_function: reduce } as const;
    expected = await runOracle(
      { program, inputs: [{ path: 'lines.txt', bytes: Buffer.from(text) }], numReducers: 1 },
      () => 0,
    );
  });
  after(() => stack?.[Symbol.asyncDispose]());

  /** The process of a worker that has just begun a task, when most are completed. */
  async function workerToSlow(jobId: string): Promise<number> {
    const workerId = await waitUntil('a straggler to be', async () => {
      const { tasks: counts } = await stack.client.status(jobId);
      if (counts.map.completed < tasks * 0.6) return undefined;
      const { items } = await stack.client.tasks(jobId, { kind: 'map', state: 'running' });
      const attempts = items.flatMap(task => task.attempts);
      return attempts.find(({ started_at }) => Date.now() - Date.parse(started_at) < begunMsMax)?.worker_id;
    });
    return Number(workerId.split('-').at(-2));
  }

  async function seconds(slow: boolean): Promise<{ seconds: number; job: Job }> {
    const startedMs = performance.now();
    const { job_id } = await stack.client.submit(request);
    using _slowed = slow ? new SlowedProcess(await workerToSlow(job_id), slowedTimes) : undefined;
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000), pollMs: 50 });
    return { seconds: (performance.now() - startedMs) / 1000, job };
  }

  /** Of each task that was begun twice. */
  async function loserEndedMs(jobId: string): Promise<number[]> {
    return waitUntil('the end of all attempts', async () => {
      const { items } = await stack.client.tasks(jobId, { kind: 'map', limit: tasks });
      const twice = items.map(task => task.attempts).filter(attempts => attempts.length > 1);
      if (twice.flat().some(({ state }) => state === 'running')) return undefined;
      return twice.map(attempts => {
        const winner = attempts.find(({ state }) => state === 'committed');
        return Math.max(...attempts.map(each => endedAfterMs(winner, each)));
      });
    });
  }

  it('makes its job take no more than 1.3 times as long, and changes nothing of the output', async () => {
    const ratios: number[] = [];
    const stoppedMs: number[] = [];
    for (let pair = 0; pair < pairsMax && !ratios.some(ratio => ratio <= ratioMax); pair++) {
      const alone = await seconds(false);
      const disturbed = await seconds(true);
      for (const { job } of [alone, disturbed]) {
        expect(job.error).to.equal(null);
        const parts = [...(await stack.parts(job)).values()].map(part => part.toString());
        expect(parts).to.deep.equal(expected.parts.map(lines => lines.map(line => `${line}\n`).join('')));
      }
      const { speculative_attempts = 0 } = disturbed.job.counters;
      expect(speculative_attempts).to.be.at.most(tasks / 10);
      // Where the whole machine is slow, nobody is slower than the others; such a pair says nothing.
      if (speculative_attempts === 0) continue;
      ratios.push(disturbed.seconds / alone.seconds);
      stoppedMs.push(...(await loserEndedMs(disturbed.job.job_id)));
    }
    process.stdout.write(`      ${ratios.map(ratio => ratio.toFixed(2)).join(', ')} times as long; `);
    process.stdout.write(`losers ended ${stoppedMs.join(', ')} ms after the winners\n`);
    expect(ratios).to.not.deep.equal([]);
    expect(Math.min(...ratios)).to.be.at.most(ratioMax);
  });
});
