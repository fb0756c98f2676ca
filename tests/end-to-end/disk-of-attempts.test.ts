/** What attempts write to the worker's own disk: bounded while they run, and gone with them, however they end. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { processesOf, processMarks, signalIfThere } from '../chaos/stack-processes.js';
import { RunningStack } from './running-stack.js';

const workers = 2;
const megabyteOfText = "'x'.repeat(1e6)";
/** More than what is sorted in memory. */
const spills = `for (let i = 0; i < 70; i++) ctx.emit(i, i + ${megabyteOfText})`;

describe('the disk of attempts', function () {
  this.timeout(60_000);
  let temporary: TemporaryDirectory;
  let stack: RunningStack;
  before(async () => {
    temporary = await TemporaryDirectory.create('scratch');
    stack = await RunningStack.start({ workers, env: { GRIDMR_TASK_DISK_MB: '80', TMPDIR: temporary.path } });
    await stack.directory.write('in.txt', 'one\n');
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await temporary?.[Symbol.asyncDispose]();
  });

  const jobOf = (map_function: string) => ({
    name: 'writer',
    input_file: 'in.txt',
    map_function,
    reduce_function: '(key, values) => [key, values.length]',
    task_timeout: 8,
  });

  const workerDirectories = (place = temporary.path) =>
    readdir(place).then(names => names.filter(name => name.startsWith('gridmr-tasks.')));

  async function spilled(): Promise<string[]> {
    const found: string[] = [];
    for (const name of await workerDirectories()) {
      const below = await readdir(join(temporary.path, name), { recursive: true });
      found.push(...below.filter(path => path.includes('run-')));
    }
    return found;
  }

  it('is bounded: a flood of pairs fails its job, and leaves nothing', async () => {
    const flood = `(line, ctx) => { for (let i = 0; ; i++) ctx.emit(i % 100, i + ${megabyteOfText}); }`;
    const job = await stack.run(jobOf(flood));
    expect(job.error).to.include({ code: 'disk_limit', attempt: 1 });
    expect(job.error?.message).to.contain('more than the 80 MiB of disk that it may have');
    expect(await spilled()).to.deep.equal([]);
  });

  it('is given back when the attempt is ended from outside', async () => {
    const job = await stack.client.submit(jobOf(`(line, ctx) => { ${spills}; return [[new Array(1e9) + '', 1]]; }`));
    await waitUntil('a spilled run', async () => (await spilled()).length > 0);
    const { error } = await stack.client.waitFor(job.job_id, {});
    expect(error).to.include({ code: 'task_timeout' });
    expect(await spilled()).to.deep.equal([]);
  });

  it('is given back by the next worker when its own was killed', async () => {
    const { job_id } = await stack.client.submit(jobOf(`(line, ctx) => { ${spills}; for (;;); }`));
    await waitUntil('a spilled run', async () => (await spilled()).length > 0);
    const before = await workerDirectories();
    const pids = await processesOf(processMarks.worker, process.pid);
    await stack.client.cancel(job_id);
    for (const pid of pids) signalIfThere(pid, 'SIGKILL');
    await waitUntil('new workers in the place of the old', async () => {
      const now = await workerDirectories();
      return now.length === workers && now.every(name => !before.includes(name));
    });
    expect(await spilled()).to.deep.equal([]);
  });

  it('is given back when the worker stops', async () => {
    await using place = await TemporaryDirectory.create('scratch');
    const short = await RunningStack.start({ workers: 1, env: { TMPDIR: place.path } });
    expect(await workerDirectories(place.path)).to.have.length(1);
    await short[Symbol.asyncDispose]();
    expect(await workerDirectories(place.path)).to.deep.equal([]);
  });
});
