/** Processes that are told to stop, and processes that die. */
import type { JobRequest, Task } from '@gridmr/contracts';
import { childProcesses, needsRunningMachine, StallMeter, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from './started-stack.js';

/** Beyond all deadlines of the stack itself; a stalled machine adds to them. */
const stopMsMax = 60_000;
/** From a signal that cannot be ignored to the end of a process, on a machine that stalls. */
const signalledMsMax = 5_000;

/** From the death of a worker to the loss of its attempt, by default settings. */
const lossMsMax = 10_000;

/** The first attempt never ends; any other one does at once. One attempt may fail, so a counted one would end the job. */
const stuckAtFirst: JobRequest = {
  name: 'stuck at first',
  input_file: 'lines.txt',
  map_function: '(line, ctx) => { while (ctx.task.attempt === 1); return [[line, 1]]; }',
  reduce_function: '(line, ones) => [line, ones.toArray().length]',
  max_attempts: 1,
};

const quick = { GRIDMR_LOCK_SECONDS: '2', GRIDMR_STALLED_CHECK_SECONDS: '1' };

async function runningAttempt(stack: StartedStack, jobId: string) {
  const task = await waitUntil('a running attempt', async (): Promise<Task | undefined> => {
    const { items } = await stack.client.tasks(jobId);
    return items.find(item => item.state === 'running');
  });
  const workerId = task.attempts[0]?.worker_id ?? '';
  return { taskId: task.task_id, workerPid: Number(workerId.split('-').at(-2)) };
}

async function attemptStates(stack: StartedStack, jobId: string, taskId: string): Promise<string[]> {
  const { items } = await stack.client.tasks(jobId);
  return items.find(task => task.task_id === taskId)?.attempts.map(attempt => attempt.state) ?? [];
}

describe('a stack of processes', function () {
  this.timeout(90_000);
  let directory: TemporaryDirectory;
  let stack: StartedStack;

  before(function () {
    needsRunningMachine(this);
  });
  beforeEach(async () => {
    directory = await TemporaryDirectory.create('processes');
    await directory.write('lines.txt', 'one\ntwo\n');
  });
  afterEach(async () => {
    await stack.process.stop(stopMsMax);
    await directory[Symbol.asyncDispose]();
  });

  it('a worker told to stop hands its attempt back within 10 s, and no attempt is counted', async () => {
    stack = await startStack(directory, { GRIDMR_WORKERS: '2' });
    const { job_id } = await stack.client.submit(stuckAtFirst);
    const { taskId, workerPid } = await runningAttempt(stack, job_id);
    using clock = new StallMeter();
    process.kill(workerPid, 'SIGTERM');
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000) });
    expect(clock.ranMs).to.be.lessThan(10_000);
    expect(job.status).to.equal('completed');
    expect(await attemptStates(stack, job_id, taskId)).to.deep.equal(['lost', 'committed']);
    expect(job.counters.failed_attempts).to.equal(0);
  });

  it('a worker told to stop finishes what ends soon', async () => {
    stack = await startStack(directory, { GRIDMR_WORKERS: '1' });
    // Long enough to be told of while it runs, and short enough to end before the worker hands it back.
    const slow = '(line, ctx) => { const until = 2e7; for (let i = 0; i < until; i++); return [[line, 1]]; }';
    const { job_id } = await stack.client.submit({ ...stuckAtFirst, map_function: slow });
    const { taskId, workerPid } = await runningAttempt(stack, job_id);
    process.kill(workerPid, 'SIGTERM');
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000) });
    expect(job.status).to.equal('completed');
    expect(await attemptStates(stack, job_id, taskId)).to.deep.equal(['committed']);
  });

  it('the attempt of a worker that was killed is lost within 10 s, not counted, and made again elsewhere', async () => {
    stack = await startStack(directory, { GRIDMR_WORKERS: '2' });
    const { job_id } = await stack.client.submit(stuckAtFirst);
    const { taskId, workerPid } = await runningAttempt(stack, job_id);
    using clock = new StallMeter();
    process.kill(workerPid, 'SIGKILL');
    await waitUntil('the loss', async () => (await attemptStates(stack, job_id, taskId))[0] === 'lost');
    const lossMs = clock.ranMs;
    process.stdout.write(`      lost after ${Math.round(lossMs)} ms\n`);
    expect(lossMs).to.be.lessThan(lossMsMax);
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000) });
    expect(job.status).to.equal('completed');
    expect(await attemptStates(stack, job_id, taskId)).to.deep.equal(['lost', 'committed']);
    expect(job.counters).to.include({ lost_attempts: 1, failed_attempts: 0 });
  });

  it('an attempt reads lost before another one can be made', async () => {
    stack = await startStack(directory, { GRIDMR_WORKERS: '2', ...quick });
    await directory.write('stuck/lines.txt', 'stuck\n');
    const stuck = { ...stuckAtFirst, map_function: 'line => { for (;;); }', input_file: 'stuck' };
    const first = await runningAttempt(stack, (await stack.client.submit(stuck)).job_id);
    const { job_id } = await stack.client.submit(stuckAtFirst);
    const second = await runningAttempt(stack, job_id);
    expect(second.workerPid).not.to.equal(first.workerPid);
    // The one free slot is there again when its process is, which is later than the loss.
    process.kill(second.workerPid, 'SIGSTOP');
    try {
      await waitUntil('the loss', async () => (await attemptStates(stack, job_id, second.taskId)).join() === 'lost');
    } finally {
      process.kill(second.workerPid, 'SIGKILL');
    }
  });

  it('leaves no process when it is told to stop, whatever it is at', async () => {
    stack = await startStack(directory, { GRIDMR_WORKERS: '2' });
    const { job_id } = await stack.client.submit(stuckAtFirst);
    await runningAttempt(stack, job_id);
    const below = await childProcesses(stack.process.pid);
    expect(below.length).to.be.greaterThan(3);
    const exit = await stack.process.stop(stopMsMax);
    expect(exit).to.deep.equal({ code: 0, signal: null });
    // All have been told to end before the launcher did; the system may still be about it.
    await waitUntil('the end of all its processes', () => !below.some(isAlive), { timeoutMs: signalledMsMax });
  });

  it('leaves no process when it is killed', async () => {
    stack = await startStack(directory, { GRIDMR_WORKERS: '2' });
    const below = await childProcesses(stack.process.pid);
    await stack.process.crash();
    await waitUntil('the end of all its processes', () => !below.some(isAlive), { timeoutMs: stopMsMax });
  });

  it('goes on with an accepted job after it was stopped and started again', async () => {
    stack = await startStack(directory, { GRIDMR_WORKERS: '1' });
    const { job_id } = await stack.client.submit(stuckAtFirst);
    await runningAttempt(stack, job_id);
    await stack.process.stop(stopMsMax);
    stack = await startStack(directory, { GRIDMR_WORKERS: '1' });
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(120_000) });
    expect(job.status).to.equal('completed');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
