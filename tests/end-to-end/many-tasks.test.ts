/** One job of ten thousand map tasks: the tree of barriers, and an API that stays responsive meanwhile. */
import { needsRunningMachine, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from './started-stack.js';

const tasks = 10_000;
const line = '123456789\n';

describe('a job of 10,000 map tasks', function () {
  this.timeout(240_000);
  let directory: TemporaryDirectory | undefined;
  let stack: StartedStack | undefined;
  before(async function () {
    needsRunningMachine(this);
    const made = await TemporaryDirectory.create('many-tasks');
    directory = made;
    await made.write('lines.txt', line.repeat(tasks));
    stack = await startStack(made, { GRIDMR_WORKERS: '2' });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await directory?.[Symbol.asyncDispose]();
  });

  it('completes, exactly, while the API never blocks its loop for more than 200 ms', async () => {
    if (stack === undefined) throw new Error('the stack was not started');
    const startedMs = performance.now();
    const { job_id } = await stack.client.submit({
      name: 'many tasks',
      input_file: 'lines.txt',
      split_size_mb: line.length / 1024 / 1024,
      map_function: 'line => [[line, 1]]',
      reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
    });
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(1_200_000) });
    process.stdout.write(`      10,000 map tasks in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
    expect(job.error).to.equal(null);
    expect(job.tasks.map).to.deep.equal({ total: tasks, pending: 0, running: 0, completed: tasks, failed: 0 });
    expect(job.counters.map_input_records).to.equal(tasks);
    const results: string[] = [];
    for await (const result of stack.client.results(job_id)) results.push(result);
    expect(results).to.deep.equal([`123456789\t${tasks}`]);
    const blocked = stack.process.stderr
      .split('\n')
      .filter(text => text.includes('the event loop was blocked') && text.includes('"service":"api"'))
      .map(text => JSON.parse(text).cpu_ms)
      // What the machine let the process wait for is not the API's doing.
      .filter(cpuMs => cpuMs > 200);
    expect(blocked).to.deep.equal([]);
  });
});
