/** `npm start` keeps its processes running, and tells how its workers are doing. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { JobRequest, Worker } from '@gridmr/contracts';
import { childProcesses, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from './started-stack.js';

const run = promisify(execFile);
const workers = 2;

const wordCount: JobRequest = {
  name: 'lines',
  input_file: 'lines.txt',
  map_function: 'line => [[line, 1]]',
  reduce_function: '(line, ones) => [line, ones.toArray().length]',
};

describe('a supervised stack', function () {
  this.timeout(60_000);
  let directory: TemporaryDirectory;
  let stack: StartedStack;

  before(async () => {
    directory = await TemporaryDirectory.create('supervised');
    await directory.write('lines.txt', 'one\ntwo\n');
    stack = await startStack(directory, { GRIDMR_WORKERS: String(workers) });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await directory?.[Symbol.asyncDispose]();
  });

  /** The process below the stack whose command holds `part`. */
  async function processOf(part: string): Promise<number> {
    const pids = await childProcesses(stack.process.pid);
    const { stdout } = await run('ps', ['-o', 'pid=,args=', '-p', pids.join()]);
    const row = stdout.split('\n').find(line => line.includes(part) && !line.includes('gridmr-queue'));
    return Number(row?.trim().split(/\s+/)[0]);
  }

  const living = (list: readonly Worker[]) => list.filter(worker => worker.state !== 'lost');

  async function completesJobs(): Promise<void> {
    const { job_id } = await waitUntil('the submission', () => stack.client.submit(wordCount));
    const job = await waitUntil('the end of the job', () =>
      stack.client.waitFor(job_id, { signal: AbortSignal.timeout(60_000) }),
    );
    expect(job.status).to.equal('completed');
  }

  it('lists its workers, idle, each with its own process and slots', async () => {
    const list = await waitUntil('all workers', async () => {
      const found = await stack.client.workers();
      return found.length === workers && found;
    });
    const below = await childProcesses(stack.process.pid);
    for (const worker of list) {
      expect(worker).to.include({ state: 'idle', slots: 1, active_tasks: 0, tasks_failed: 0 });
      expect(below).to.include(worker.pid);
      expect(worker.rss_mb).to.be.within(10, 1000);
    }
  });

  it('counts what they complete', async () => {
    await completesJobs();
    await waitUntil('both tasks in the reports', async () => {
      const list = await stack.client.workers();
      return list.reduce((sum, worker) => sum + worker.tasks_completed, 0) === 2;
    });
  });

  it('starts a killed worker again, and calls the killed one lost', async () => {
    const [killed] = await stack.client.workers();
    process.kill(killed?.pid ?? 0, 'SIGKILL');
    await waitUntil('another worker and a lost one', async () => {
      const list = await stack.client.workers();
      const gone = list.find(worker => worker.worker_id === killed?.worker_id);
      return gone?.state === 'lost' && living(list).length === workers;
    });
    await completesJobs();
  });

  it('starts a killed API again, at the same address', async () => {
    const killed = await processOf('dist/api.js');
    process.kill(killed, 'SIGKILL');
    await waitUntil('another API', async () => {
      const pid = await processOf('dist/api.js');
      return pid > 0 && pid !== killed && (await stack.client.health()).status === 'ok';
    });
    await completesJobs();
  });

  it('starts a killed queue server again, and all find it', async () => {
    const killed = await processOf('-server');
    process.kill(killed, 'SIGKILL');
    await waitUntil('another queue server', async () => {
      const pid = await processOf('-server');
      return pid > 0 && pid !== killed && (await stack.client.health()).status === 'ok';
    });
    await completesJobs();
    await waitUntil('all workers', async () => living(await stack.client.workers()).length === workers);
  });

  it('takes down a worker that is told to stop from the list, and starts another', async () => {
    const [told] = living(await stack.client.workers());
    process.kill(told?.pid ?? 0, 'SIGTERM');
    await waitUntil('another worker in its place', async () => {
      const list = await stack.client.workers();
      return !list.some(worker => worker.worker_id === told?.worker_id) && living(list).length === workers;
    });
  });
});
