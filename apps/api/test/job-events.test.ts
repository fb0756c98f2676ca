/** GET /api/v1/jobs/{id}/events */
import { jobStreamEventSchema, liveLimits } from '@gridmr/contracts';
import { appendChanges } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { type ApiUnderTest, withApi } from './api-under-test.js';
import { type EventStream, ListeningApp } from './event-stream.js';
import { attemptEvent, plannedEvent, verdictOf } from './submitted-job.js';

describe('GET /api/v1/jobs/{id}/events', () => {
  const api = withApi();
  let app: ListeningApp;
  let id: string;

  beforeEach(async () => {
    app = await ListeningApp.open(api().app);
    id = await api().submitted();
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const path = () => `/api/v1/jobs/${id}/events`;
  const listen = (lastEventId?: string) => app.listen(path(), lastEventId);
  const complete = async () => api().history.finishJob(verdictOf(id, 'completed'));
  const plan = (mapTasks = 3) => api().history.recordEvents([plannedEvent(id, mapTasks, 1)]);
  const report = (index: number, state: 'running' | 'committed', attempt = 1) =>
    api().history.recordEvents([attemptEvent(id, index, attempt, state)]);
  const indicesOf = (stream: EventStream, state: string) =>
    stream.events
      .filter(({ event }) => event === 'task')
      .flatMap(({ data }) => (data.map as Record<string, number[]>)[state] ?? []);

  /** By an event that comes after those of the tasks. */
  const progressOf = (stream: EventStream) =>
    waitUntil('progress', () => stream.events.some(({ data }) => (data.progress as { map?: number })?.map));

  it('answers an event stream that no cache keeps and no proxy gathers', async () => {
    await using stream = await listen();
    expect(stream.status).to.equal(200);
    expect(stream.contentType).to.equal('text/event-stream; charset=utf-8');
    await stream.event('status');
    expect(stream.text).to.match(/^retry: \d+\n\n/);
  });

  it('begins with a snapshot: the status, and the tasks that are not pending', async () => {
    await plan();
    await report(2, 'committed');
    await report(1, 'running');
    await using stream = await listen();
    const { data } = await stream.event('status');
    expect(data).to.include({ job_id: id, status: 'running', phase: 'map', snapshot: true });
    const tasks = await stream.event('task');
    expect(tasks.data).to.deep.equal({ job_id: id, map: { running: [1], completed: [2] }, reduce: {} });
  });

  it('tells of the plan, of tasks, of progress, and of the end, and is over', async () => {
    await using stream = await listen();
    await stream.event('status', ({ data }) => data.status === 'queued');
    await plan();
    await stream.event('status', ({ data }) => data.phase === 'map');
    await report(0, 'running');
    await stream.event('task', ({ data }) => JSON.stringify(data.map) === '{"running":[0]}');
    await report(0, 'committed');
    const { data } = await stream.event('progress', ({ data }) => (data.progress as { map: number }).map > 0);
    expect(data.tasks).to.deep.include({ map: { total: 3, pending: 2, running: 0, completed: 1, failed: 0 } });
    await complete();
    expect((await stream.event('done')).data).to.deep.include({ status: 'completed', error: null });
    await stream.end();
    expect(stream.names.at(-1)).to.equal('done');
    for (const { event, data } of stream.events)
      expect(jobStreamEventSchema.safeParse({ event, data }).error).to.equal(undefined);
  });

  it('tells a change within half a second', async () => {
    await plan();
    await using stream = await listen();
    await stream.event('status');
    const startMs = performance.now();
    const cpu = process.cpuUsage();
    await report(0, 'running');
    await waitUntil('the task', () => indicesOf(stream, 'running').length > 0, { intervalMs: 1 });
    const { user, system } = process.cpuUsage(cpu);
    const passedMs = performance.now() - startMs;
    // On a machine that stands still it is our own time that counts.
    expect(passedMs > 500 ? (user + system) / 1000 : passedMs).to.be.below(500);
  });

  it('gathers what changes at the same time: a thousand tasks are a few events', async () => {
    await plan(1000);
    await using stream = await listen();
    await stream.event('status');
    for (let from = 0; from < 1000; from += 10) {
      const some = Array.from({ length: 10 }, (_, i) => attemptEvent(id, from + i, 1, 'committed'));
      await api().history.recordEvents(some);
    }
    await waitUntil('all tasks', () => indicesOf(stream, 'completed').length === 1000);
    expect(new Set(indicesOf(stream, 'completed'))).to.have.lengthOf(1000);
    expect(stream.names.filter(name => name === 'task').length).to.be.below(50);
  });

  it('tells of the lines that a program writes', async () => {
    await using stream = await listen();
    await stream.event('status');
    const data = { job_id: id, task_id: `${id}-m-00000`, attempt: 1, lines: ['found 3\nof 4'], omitted: 2 };
    await appendChanges(api().redis, [{ event: 'log', data }]);
    expect((await stream.event('log')).data).to.deep.equal(data);
  });

  it('tells nothing of other jobs', async () => {
    const other = await api().submitted();
    await using stream = await listen();
    await api().history.recordEvents([plannedEvent(other, 5, 1)]);
    await plan();
    await stream.event('status', ({ data }) => data.phase === 'map');
    expect(stream.events.every(({ data }) => data.job_id === id)).to.equal(true);
  });

  describe('of a job that has ended', () => {
    it('tells how it stands, then done, and is over', async () => {
      await plan();
      await report(0, 'committed');
      await api().history.finishJob(verdictOf(id, 'failed'));
      await using stream = await listen();
      await stream.end();
      expect(stream.names).to.deep.equal(['status', 'task', 'done']);
      expect(stream.events[0]?.data).to.include({ status: 'failed', snapshot: true });
    });

    it('answers 204 to who knows the end, so that browsers do not come back for ever', async () => {
      await using first = await listen();
      await complete();
      await first.end();
      await using second = await listen(first.lastId);
      expect(second.status).to.equal(204);
      await using third = await listen();
      await third.end();
      await using fourth = await listen(third.lastId);
      expect(fourth.status).to.equal(204);
    });
  });

  describe('with Last-Event-ID', () => {
    it('goes on after that event, with all that was missed and nothing twice', async () => {
      await plan(20);
      await using first = await listen();
      await first.event('status');
      await report(0, 'committed');
      await progressOf(first);
      await first[Symbol.asyncDispose]();
      for (let index = 1; index < 20; index++) await report(index, 'committed');
      await using second = await listen(first.lastId);
      await complete();
      await second.end();
      expect(second.events.some(({ data }) => data.snapshot === true)).to.equal(false);
      const told = [...indicesOf(first, 'completed'), ...indicesOf(second, 'completed')];
      expect(told.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 20 }, (_, i) => i));
    });

    it('goes on at another API process', async () => {
      await plan();
      await using first = await listen();
      await first.event('status');
      await report(0, 'committed');
      await progressOf(first);
      await first[Symbol.asyncDispose]();
      await report(1, 'committed');
      await using another = await anotherApp(api());
      await using second = await another.app.listen(path(), first.lastId);
      await waitUntil('the second task', () => indicesOf(second, 'completed').length > 0);
      expect(second.events.some(({ data }) => data.snapshot === true)).to.equal(false);
      expect(indicesOf(second, 'completed')).to.deep.equal([1]);
    });

    it('tells how things are now if that event is too long ago', async () => {
      await plan();
      await report(1, 'committed');
      await using stream = await listen('1000000000000-0');
      expect((await stream.event('status')).data).to.include({ snapshot: true, phase: 'map' });
      await waitUntil('the task', () => indicesOf(stream, 'completed').includes(1));
    });

    it('tells how things are now if the id is none of ours', async () => {
      await using stream = await listen('abc');
      expect((await stream.event('status')).data).to.include({ snapshot: true });
    });
  });

  describe('when changes are lost', () => {
    it('tells how things are now', async () => {
      await plan();
      await using stream = await listen();
      await stream.event('progress');
      await appendChanges(api().redis, [{ event: 'gap' }]);
      await waitUntil(
        'another snapshot',
        () => stream.events.filter(({ data }) => data.snapshot === true).length === 2,
      );
    });

    it('tells of an end that only the records know', async function () {
      this.timeout(60_000);
      await using stream = await listen();
      await stream.event('status');
      await api().follower.reader[Symbol.asyncDispose]();
      await complete();
      await stream.end();
      expect(stream.names.at(-1)).to.equal('done');
    });

    it('goes on after Redis has lost its memory', async () => {
      await using stream = await listen();
      await stream.event('progress');
      await api().redis.flushall();
      await plan();
      await stream.event('status', ({ data }) => data.phase === 'map');
    });
  });

  it('holds little for a listener that takes nothing, and tells it how things are once it does', async function () {
    this.timeout(60_000);
    await plan(5000);
    const response = await fetch(`${app.url}${path()}`);
    const reader = response.body?.getReader();
    await reader?.read();
    const text = 'x'.repeat(liveLimits.logLineLengthMax);
    const lines = Array<string>(liveLimits.logLinesPerEventMax).fill(text);
    const data = { job_id: id, task_id: `${id}-m-00000`, attempt: 1, lines, omitted: 0 };
    const one = JSON.stringify(data).length;
    const count = Math.ceil((liveLimits.heldBytesMax / one) * 1.5);
    await using quick = await app.listen('/api/v1/events');
    await quick.event('reset');
    for (let sent = 0; sent < count; sent += 100) {
      await appendChanges(api().redis, Array(100).fill({ event: 'log', data }));
    }
    await complete();
    // It comes behind all that the slow one was not told.
    await quick.event('done');
    expect(app.bytesWaiting).to.be.below(2 ** 20);
    let told = '';
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      told = (told + decoder.decode(value, { stream: true })).slice(-100_000);
    }
    expect(told).to.include('"snapshot":true').and.to.include('event: done');
  });

  it('answers 404 for a job that it does not know', async () => {
    const answer = await api().http.get(`/api/v1/jobs/j${'0'.repeat(22)}/events`);
    expect(answer.status).to.equal(404);
    expect(answer.body.code).to.equal('not_found');
  });

  it('answers HEAD without a stream', async () => {
    const answer = await api().http.head(path());
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-type']).to.match(/^text\/event-stream/);
  });

  it('ends all streams when the API stops', async () => {
    await using stream = await listen();
    await stream.event('status');
    api().follower.live[Symbol.dispose]();
    await stream.end();
    expect(stream.names).not.to.include('done');
  });
});

/** A second API process over the same records: what it hears of changes comes through Redis alone. */
async function anotherApp(api: ApiUnderTest) {
  const another = await api.anotherProcess();
  const app = await ListeningApp.open(another.app);
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await another[Symbol.asyncDispose]();
    },
  };
}
