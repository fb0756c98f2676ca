/** Jobs that failed or were cancelled, and go on: what is committed is kept, what changed is made again. */
import { readdirSync } from 'node:fs';
import { ApiError } from '@gridmr/client';
import { type Job, type JobRequest, jobFiles } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from './running-stack.js';

const lines = 12;
const text = Array.from({ length: lines }, (_, i) => `key${i % 3} ${i}\n`).join('');

/** One line a map task. The map of line 7 and the reduce of key1 fail, where asked to. */
function request(faults: { map?: boolean; reduce?: boolean } = {}): JobRequest {
  return {
    name: 'retried',
    input_file: 'lines.txt',
    split_size_mb: 7 / 1024 / 1024,
    map_function: mapFunction(faults.map ? 'if (line.endsWith(" 7")) throw new Error("seven");' : ''),
    reduce_function: reduceFunction(faults.reduce ? 'if (key === "key1") throw new Error("one");' : ''),
    num_reducers: 3,
  };
}

function mapFunction(fault: string): string {
  return `(line, ctx) => { ${fault} for (let i = 0; i < 3e5; i++); const [key, n] = line.split(' '); return [[key, Number(n)]]; }`;
}

function reduceFunction(fault: string, sum = 'values.reduce((a, b) => a + b, 0)'): string {
  return `(key, values) => { ${fault} return [key, ${sum}]; }`;
}

/** Each key's sum of 0 … 11, as lines without order of parts. */
const sums = [0, 1, 2].map(
  key => `key${key}\t${Array.from({ length: 4 }, (_, i) => key + 3 * i).reduce((a, b) => a + b)}`,
);

describe('retrying a job', function () {
  this.timeout(120_000);
  let stack: RunningStack;
  before(async () => {
    stack = await RunningStack.start({ workers: 2 });
    await stack.directory.write('lines.txt', text);
  });
  after(() => stack?.[Symbol.asyncDispose]());

  async function results(job: Job): Promise<string[]> {
    const found: string[] = [];
    for await (const line of stack.client.results(job.job_id)) found.push(line);
    return found.sort();
  }

  /** Attempts by task: `[run, state]` of each. */
  async function attempts(jobId: string, kind: 'map' | 'reduce'): Promise<string[][]> {
    const found: string[][] = [];
    for await (const task of stack.client.allTasks(jobId, { kind }))
      found.push(task.attempts.map(each => `${each.run} ${each.state}`));
    return found;
  }

  const ended = (jobId: string) => stack.client.waitFor(jobId, { signal: AbortSignal.timeout(60_000) });

  it('repeats reduce tasks only, if only reduce was corrected, and no map task', async () => {
    const failed = await stack.run(request({ reduce: true }));
    expect(failed).to.deep.include({ status: 'failed', run: 1 });
    await stack.client.retry(failed.job_id, { reduce_function: reduceFunction('') });
    const job = await ended(failed.job_id);
    expect(job.error).to.equal(null);
    expect(job).to.deep.include({ status: 'completed', run: 2 });
    expect(await results(job)).to.deep.equal(sums);
    expect(job.counters.map_input_records).to.equal(lines);
    for (const map of await attempts(job.job_id, 'map')) expect(map).to.deep.equal(['1 committed']);
    for (const reduce of await attempts(job.job_id, 'reduce')) expect(reduce.at(-1)).to.equal('2 committed');
    expect((await attempts(job.job_id, 'reduce')).flat()).to.include('1 failed');
  });

  it('repeats everything if map was corrected', async () => {
    const failed = await stack.run(request({ map: true }));
    expect(failed.error?.message).to.match(/seven/);
    await stack.client.retry(failed.job_id, { map_function: mapFunction('') });
    const job = await ended(failed.job_id);
    expect(job.status).to.equal('completed');
    expect(await results(job)).to.deep.equal(sums);
    for (const map of await attempts(job.job_id, 'map')) expect(map.at(-1)).to.equal('2 committed');
  });

  it('goes on from committed tasks if nothing was changed, and fails again where it failed', async () => {
    const failed = await stack.run(request({ reduce: true }));
    await stack.client.retry(failed.job_id);
    const again = await ended(failed.job_id);
    expect(again).to.deep.include({ status: 'failed', run: 2 });
    expect(again.error).to.deep.include({ task_id: failed.error?.task_id });
    await stack.client.retry(failed.job_id, { reduce_function: reduceFunction('') });
    const job = await ended(failed.job_id);
    expect(job).to.deep.include({ status: 'completed', run: 3 });
    expect(await results(job)).to.deep.equal(sums);
    for (const map of await attempts(job.job_id, 'map')) expect(map).to.deep.equal(['1 committed']);
  });

  it('goes on where a cancel stopped it', async () => {
    const slow = { ...request(), map_function: mapFunction('for (let i = 0; i < 2e7; i++);') };
    const { job_id } = await stack.client.submit(slow);
    const committed = () => {
      try {
        return readdirSync(stack.directory.resolve(jobFiles.taskDirectory(job_id, 'map', 0))).filter(name =>
          name.endsWith('.json'),
        ).length;
      } catch {
        return 0;
      }
    };
    await waitUntil('some committed tasks', () => committed() >= 2);
    await stack.client.cancel(job_id);
    const kept = committed();
    await stack.client.retry(job_id);
    const job = await ended(job_id);
    expect(job.status).to.equal('completed');
    expect(await results(job)).to.deep.equal(sums);
    const once = (await attempts(job_id, 'map')).filter(each => each.join() === '1 committed');
    expect(once.length).to.be.at.least(kept);
  });

  it('answers one of two retries at once, and lets a completed job be', async () => {
    const failed = await stack.run(request({ reduce: true }));
    const retry = () =>
      stack.client.retry(failed.job_id, { reduce_function: reduceFunction('') }).then(
        () => 'won',
        error => (error instanceof ApiError ? error.code : error),
      );
    expect((await Promise.all([retry(), retry()])).sort()).to.deep.equal(['not_retryable', 'won']);
    const job = await ended(failed.job_id);
    expect(await results(job)).to.deep.equal(sums);
    expect(await retry()).to.equal('not_retryable');
  });
});
