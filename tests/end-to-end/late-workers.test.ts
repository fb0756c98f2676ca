/** Workers that stand still for longer than their lock and then go on, as after a paused container or a swapped-out machine. */
import { readdir, readFile } from 'node:fs/promises';
import { type JobRequest, jobFiles, type Task } from '@gridmr/contracts';
import { needsRunningMachine, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from './started-stack.js';

const quick = { GRIDMR_LOCK_SECONDS: '2', GRIDMR_STALLED_CHECK_SECONDS: '1' };

const job = (map_function: string): JobRequest => ({
  name: 'late',
  input_file: 'lines.txt',
  map_function,
  reduce_function: '(line, ones) => [line, ones.toArray().length]',
  max_attempts: 1,
});

describe('a worker that stands still for longer than its lock', function () {
  this.timeout(90_000);
  let directory: TemporaryDirectory;
  let stack: StartedStack;
  const stopped = new Set<number>();

  before(async function () {
    needsRunningMachine(this);
    directory = await TemporaryDirectory.create('late');
    await directory.write('lines.txt', 'one\ntwo\n');
    stack = await startStack(directory, { GRIDMR_WORKERS: '2', ...quick });
  });
  afterEach(() => {
    for (const pid of stopped) continueProcess(pid);
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await directory?.[Symbol.asyncDispose]();
  });

  function stopProcess(pid: number): void {
    process.kill(pid, 'SIGSTOP');
    stopped.add(pid);
  }

  function continueProcess(pid: number): void {
    process.kill(pid, 'SIGCONT');
    stopped.delete(pid);
  }

  async function mapTask(jobId: string): Promise<Task | undefined> {
    const { items } = await stack.client.tasks(jobId);
    return items.find(task => task.kind === 'map');
  }

  const states = async (jobId: string) => (await mapTask(jobId))?.attempts.map(attempt => attempt.state).join();

  async function runningAttempt(jobId: string, attempt: number): Promise<number> {
    const workerId = await waitUntil(`attempt ${attempt}`, async () => {
      const running = (await mapTask(jobId))?.attempts.find(one => one.attempt === attempt);
      return running?.state === 'running' && running.worker_id;
    });
    return Number(workerId.split('-').at(-2));
  }

  /** By a report that it made after now. */
  async function untilIdle(pid: number): Promise<void> {
    const nowIso = new Date().toISOString();
    await waitUntil(
      'the end of the late attempt',
      async () => {
        const worker = (await stack.client.workers()).find(one => one.pid === pid);
        return worker?.state === 'idle' && worker.last_heartbeat_at > nowIso;
      },
      { timeoutMs: 20_000 },
    );
  }

  async function output(jobId: string): Promise<[name: string, bytes: string][]> {
    const path = directory.resolve(`output/${jobId}`);
    const names = (await readdir(path)).sort();
    return Promise.all(names.map(async name => [name, await readFile(`${path}/${name}`, 'latin1')]));
  }

  it('stops its user code and changes no byte of a job that others have finished', async () => {
    const map = '(line, ctx) => { while (ctx.task.attempt === 1); return [[line, 1]]; }';
    const { job_id } = await stack.client.submit(job(map));
    const late = await runningAttempt(job_id, 1);
    stopProcess(late);
    const done = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000) });
    expect(done.status).to.equal('completed');
    const before = await output(job_id);

    continueProcess(late);
    // Its endless loop has ended, or the one slot of the worker would never be idle again.
    await untilIdle(late);
    expect(await output(job_id)).to.deep.equal(before);
    expect(await states(job_id)).to.equal('lost,committed');
    expect((await stack.client.job(job_id)).counters).to.include({ lost_attempts: 1, failed_attempts: 0 });
    await waitUntil('the clean-up', async () => {
      const files = await readdir(directory.resolve(jobFiles.directory(job_id)), { recursive: true });
      return files.sort().join() === 'job.json,verdict.json';
    });
  });

  it('cannot complete a task that another worker has in hand, even if it is first to have the result', async () => {
    // Attempt 1 needs a fraction of what the later one does.
    const map = `(line, ctx) => {
      const rounds = ctx.task.attempt === 1 ? 1e7 : 1.5e8;
      for (let i = 0; i < rounds; i++);
      return [[line, 1]];
    }`;
    const { job_id } = await stack.client.submit(job(map));
    const late = await runningAttempt(job_id, 1);
    stopProcess(late);
    await runningAttempt(job_id, 2);
    continueProcess(late);
    await untilIdle(late);
    const left = await readdir(directory.resolve(jobFiles.taskDirectory(job_id, 'map', 0))).catch(() => []);
    expect(left.filter(name => name.includes('.a1-'))).to.deep.equal([]);
    const done = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000) });
    expect(done.status).to.equal('completed');
    expect(await states(job_id)).to.equal('lost,committed');
  });

  it('works on afterwards', async () => {
    const { job_id } = await stack.client.submit(job('line => [[line, 1]]'));
    const done = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000) });
    expect(done.status).to.equal('completed');
  });
});
