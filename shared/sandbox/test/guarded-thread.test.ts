import { RequestError, TaskError } from '@gridmr/contracts';
import {
  GuardedThread,
  ThreadAbortedError,
  ThreadCrashedError,
  ThreadRequestError,
  ThreadTimeoutError,
} from '@gridmr/sandbox';
import { expect } from 'chai';
import { sourceOf } from './attempt.js';
import type { ThreadRequest } from './test-thread.js';

const entry = new URL('./test-thread.js', import.meta.url);
const start = () => GuardedThread.start(entry, { workerData: { hello: 'there' } });
const ask = (thread: GuardedThread, request: ThreadRequest, more: object = {}) =>
  thread.run<ThreadRequest, unknown>(request, { deadlineMs: 20_000, ...more });
const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('GuardedThread', function () {
  this.timeout(120_000);

  it('answers requests and passes notices on', async () => {
    await using thread = await start();
    const notices: unknown[] = [];
    expect(await ask(thread, { kind: 'echo', value: 1 }, { onNotice: (n: unknown) => notices.push(n) })).to.deep.equal({
      value: 1,
      hello: 'there',
    });
    expect(notices).to.deep.equal(['echoing']);
    expect(thread.alive).to.equal(true);
  });

  it('hands errors on with their fields, and lives', async () => {
    await using thread = await start();
    const task = await thrownBy(ask(thread, { kind: 'task-error' }));
    expect(task).to.be.instanceOf(TaskError);
    expect((task as TaskError).error).to.deep.equal({ code: 'memory_limit', message: 'm', line: 3 });
    const request = await thrownBy(ask(thread, { kind: 'request-error' }));
    expect(request)
      .to.be.instanceOf(RequestError)
      .and.to.deep.include({ code: 'not_found', fields: { line: 4 } });
    const other = await thrownBy(ask(thread, { kind: 'other-error' }));
    expect(other)
      .to.be.instanceOf(ThreadRequestError)
      .and.to.include({ errorName: 'RangeError', message: 'too far', code: 'E_FAR' });
    expect(thread.alive).to.equal(true);
  });

  it('serves one request at a time', async () => {
    await using thread = await start();
    const first = ask(thread, { kind: 'echo', value: 1 });
    expect(await thrownBy(ask(thread, { kind: 'echo', value: 2 }))).to.match(/busy/);
    await first;
  });

  it('takes over transferred memory', async () => {
    await using thread = await start();
    const memory = new ArrayBuffer(8);
    await ask(thread, { kind: 'echo', value: memory }, { transfer: [memory] });
    expect(memory.byteLength).to.equal(0);
  });

  it('terminates a thread that does not answer in time', async () => {
    const thread = await start();
    const error = await thrownBy(ask(thread, { kind: 'hang' }, { deadlineMs: 100, graceMs: 50 }));
    expect(error).to.be.instanceOf(ThreadTimeoutError);
    expect(thread.alive).to.equal(false);
    expect(await thrownBy(ask(thread, { kind: 'echo', value: 1 }))).to.be.instanceOf(ThreadCrashedError);
  });

  it('terminates a builtin of the guest that never asks whether it may go on', async () => {
    const thread = await start();
    const source = sourceOf({ map: `() => { new Array(1e9) + ''; }` });
    const began = performance.now();
    const error = await thrownBy(ask(thread, { kind: 'sandbox', source }, { deadlineMs: 500, graceMs: 200 }));
    expect(error).to.be.instanceOf(ThreadTimeoutError);
    expect(performance.now() - began).to.be.below(10_000);
  });

  it('lets a guest that notices its deadline itself answer within the grace', async () => {
    await using thread = await start();
    const source = sourceOf({ map: '() => { for (;;); }' });
    const error = await thrownBy(ask(thread, { kind: 'sandbox', source }, { deadlineMs: 300, graceMs: 20_000 }));
    expect(error).to.be.instanceOf(TaskError);
    expect((error as TaskError).error.code).to.equal('task_timeout');
    expect(thread.alive).to.equal(true);
  });

  it('terminates a thread when its request is aborted', async () => {
    const thread = await start();
    const abort = new AbortController();
    const hanging = thrownBy(ask(thread, { kind: 'hang' }, { signal: abort.signal }));
    abort.abort(new Error('cancelled'));
    expect(await hanging).to.be.instanceOf(ThreadAbortedError);
    expect(thread.alive).to.equal(false);
  });

  it('reports a crash', async () => {
    for (const kind of ['exit', 'throw-later', 'exhaust'] as const) {
      const thread = await GuardedThread.start(entry, {
        workerData: {},
        resourceLimits: { maxOldGenerationSizeMb: 32 },
      });
      expect(await thrownBy(ask(thread, { kind })), kind).to.be.instanceOf(ThreadCrashedError);
      expect(thread.alive).to.equal(false);
    }
  });

  it('reports an entry that cannot be loaded', async () => {
    expect(await thrownBy(GuardedThread.start(new URL('./missing.js', import.meta.url)))).to.be.instanceOf(
      ThreadCrashedError,
    );
  });

  it('leaves nothing behind: 20 threads started, hung and terminated', async () => {
    const handles = () =>
      process.getActiveResourcesInfo().filter(name => name === 'MessagePort' || name === 'Worker').length;
    const before = handles();
    for (let i = 0; i < 20; i++) {
      await using thread = await start();
      await thrownBy(ask(thread, { kind: 'hang' }, { deadlineMs: 5, graceMs: 0 }));
    }
    expect(handles()).to.equal(before);
  });
});
