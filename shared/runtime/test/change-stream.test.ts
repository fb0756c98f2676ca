/** The stream of changes: what is written of jobs that change, and who reads it. */
import { type Change, changeStream, type JobStatusView, liveLimits, newJobId, taskId } from '@gridmr/contracts';
import {
  appendChanges,
  type ChangedJob,
  ChangePublisher,
  ChangeReader,
  connectRedis,
  LogPublisher,
  type QueueServer,
  type ReadChange,
  startQueueServer,
} from '@gridmr/runtime';
import { StallMeter } from '@gridmr/testkit';
import { expect } from 'chai';
import { eventually } from './eventually.js';
import { RecordedLog } from './recorded-log.js';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';

const counts = { total: 9, pending: 9, running: 0, completed: 0, failed: 0 };

function statusOf(jobId: string, status: JobStatusView['status'] = 'running'): JobStatusView {
  const progress = { map: 0, reduce: 0 };
  return { job_id: jobId, status, phase: 'map', progress, tasks: { map: counts, reduce: counts }, error: null };
}

describe('the stream of changes', function () {
  this.timeout(120_000);
  let log: RecordedLog;
  let directory: TemporaryDirectory;
  let server: QueueServer;
  let redis: ReturnType<typeof connectRedis>;

  before(async () => {
    directory = await temporaryDirectory();
    server = await startQueueServer({ dataDirectory: directory.path, logger: new RecordedLog(), force: 'embedded' });
  });
  after(async () => {
    await server?.stop();
    await directory?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    log = new RecordedLog();
    redis = connectRedis(server.url, 'worker', log);
    await redis.flushall();
  });
  afterEach(() => redis.disconnect());

  async function written(): Promise<Change[]> {
    const entries = await redis.xrange(changeStream, '-', '+');
    return entries.map(([, fields]) => JSON.parse(fields[1] ?? ''));
  }
  const names = async () => (await written()).map(({ event }) => event);

  function change(jobId: string, more: Partial<ChangedJob> = {}): ChangedJob {
    return { clientId: 'ada', run: 1, status: statusOf(jobId), moved: false, tasks: [], ...more };
  }
  const completed = (index: number) => ({ kind: 'map' as const, index, state: 'completed' as const });

  describe('ChangePublisher', () => {
    it('makes one entry of each kind of all that changes of a job within a moment, as it is at its end', async () => {
      const id = newJobId();
      const publisher = new ChangePublisher(redis, log);
      publisher.publish(change(id, { tasks: [{ kind: 'map', index: 3, state: 'running' }, completed(1)] }));
      publisher.publish(change(id, { tasks: [completed(3), { kind: 'reduce', index: 0, state: 'running' }] }));
      await eventually('the entries', async () => (await written()).length >= 3);
      const [map, reduce, progress] = await written();
      expect(map).to.deep.include({ event: 'task', client_id: 'ada' });
      expect(map).to.have.deep.property('data', { job_id: id, map: { completed: [3, 1] }, reduce: {} });
      expect(reduce).to.have.deep.property('data', { job_id: id, map: {}, reduce: { running: [0] } });
      expect(progress?.event).to.equal('progress');
    });

    it('tells the status if that has changed, and at the end that the job is done, at once', async () => {
      const id = newJobId();
      const publisher = new ChangePublisher(redis, log);
      publisher.publish(change(id, { moved: true }));
      await eventually('the status', async () => (await names()).includes('status'));
      publisher.publish(change(id, { tasks: [completed(0)] }));
      publisher.publish(change(id, { moved: true, status: statusOf(id, 'completed') }));
      await eventually('the end', async () => (await names()).includes('done'));
      expect(await names()).to.deep.equal(['status', 'task', 'status', 'done']);
    });

    it('tells an end at once that comes while something else is being sent', async () => {
      const [ended, other] = [newJobId(), newJobId()];
      const publisher = new ChangePublisher(redis, log);
      const end = () => publisher.publish(change(ended, { moved: true, status: statusOf(ended, 'completed') }));
      const pipeline = redis.pipeline.bind(redis);
      // The write of the first begins.
      redis.pipeline = (...args: Parameters<typeof pipeline>) => {
        redis.pipeline = pipeline;
        queueMicrotask(end);
        return pipeline(...args);
      };
      using clock = new StallMeter();
      publisher.publish(change(other));
      await eventually('the end', async () => (await names()).includes('done'));
      expect(clock.ranMs).to.be.below(liveLimits.gatherMs / 2);
      expect(await names()).to.deep.equal(['progress', 'status', 'done']);
    });

    it('tells nothing of a job that has ended before', async () => {
      const [ended, other] = [newJobId(), newJobId()];
      const publisher = new ChangePublisher(redis, log);
      publisher.publish(change(ended, { status: statusOf(ended, 'failed'), tasks: [completed(0)] }));
      publisher.publish(change(other));
      await eventually('the other job', async () => (await written()).length > 0);
      expect(await names()).to.deep.equal(['progress']);
    });

    it('spreads very many tasks over several entries', async () => {
      const publisher = new ChangePublisher(redis, log);
      const tasks = Array.from({ length: liveLimits.tasksPerEventMax + 1 }, (_, i) => completed(i));
      publisher.publish(change(newJobId(), { tasks }));
      await eventually('the entries', async () => (await written()).length === 3);
      expect(await names()).to.deep.equal(['task', 'task', 'progress']);
    });

    it('keeps little of what it cannot tell, and says that changes were lost', async () => {
      const publisher = new ChangePublisher(redis, log);
      for (let i = 0; i <= liveLimits.jobsWaitingMax; i++) publisher.publish(change(newJobId()));
      const last = newJobId();
      publisher.publish(change(last));
      await eventually('the gap', async () => (await names()).includes('progress'));
      expect(await names()).to.deep.equal(['gap', 'progress']);
    });

    it('says that changes were lost after Redis has refused some', async () => {
      await redis.set(changeStream, 'no stream');
      const publisher = new ChangePublisher(redis, log);
      publisher.publish(change(newJobId()));
      await eventually('the refusal', () => log.lines.length > 0);
      await redis.del(changeStream);
      await eventually('the gap', async () => (await names()).includes('gap'));
    });

    it('sends what waits when it is disposed', async () => {
      const publisher = new ChangePublisher(redis, log);
      publisher.publish(change(newJobId()));
      await publisher[Symbol.asyncDispose]();
      expect(await names()).to.deep.equal(['progress']);
    });
  });

  describe('ChangeReader', () => {
    const told: ReadChange[] = [];
    const starts: string[] = [];

    function read(): ChangeReader {
      told.length = 0;
      starts.length = 0;
      const onChanges = (changes: readonly ReadChange[]) => told.push(...changes);
      return new ChangeReader({ redis, logger: log, onChanges, onStart: id => starts.push(id) });
    }
    const gap: Change = { event: 'gap' };

    it('reads what stands in the stream, then what comes, in order', async () => {
      await appendChanges(redis, [gap, gap]);
      await using _reader = read();
      await eventually('what stands there', () => told.length === 2);
      await appendChanges(redis, [gap]);
      await eventually('what comes', () => told.length === 3);
      const ids = (await redis.xrange(changeStream, '-', '+')).map(([id]) => id);
      expect(told.map(({ id }) => id)).to.deep.equal(ids);
      expect(starts).to.have.lengthOf(1);
    });

    it('begins at the present if nothing stands there', async () => {
      await using _reader = read();
      await eventually('the start', () => starts.length === 1);
      expect(Number(starts[0]?.split('-')[0])).to.be.closeTo(Date.now(), 60_000);
    });

    it('leaves out what is no change, and says so in the log', async () => {
      await redis.xadd(changeStream, '*', 'change', '{"event":"weather"}');
      await appendChanges(redis, [gap]);
      await using _reader = read();
      await eventually('the change', () => told.length === 1);
      expect(log.lines).to.have.lengthOf(1);
    });

    it('begins anew if Redis comes back without what was read last', async () => {
      await appendChanges(redis, [gap]);
      await using _reader = read();
      await eventually('the first', () => told.length === 1);
      await redis.flushall();
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await eventually('another start', () => starts.length === 2);
      await appendChanges(redis, [gap]);
      await eventually('the second', () => told.length === 2);
    });

    it('goes on where it was if Redis comes back with all it had', async () => {
      await appendChanges(redis, [gap]);
      await using _reader = read();
      await eventually('the first', () => told.length === 1);
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await appendChanges(redis, [gap]);
      await eventually('the second', () => told.length === 2);
      expect(starts).to.have.lengthOf(1);
    });
  });

  describe('LogPublisher', () => {
    it('tells the first lines of an attempt, cut, and of so many attempts a second', async () => {
      const id = newJobId();
      const publisher = new LogPublisher(redis, log);
      const lines = Array<string>(liveLimits.logLinesPerEventMax + 5).fill('x'.repeat(liveLimits.logLineLengthMax + 1));
      for (let i = 0; i < 2 * liveLimits.logEventsPerSecondMax; i++) {
        publisher.publish({ job_id: id, task_id: taskId(id, 'map', i), attempt: 1 }, lines);
      }
      publisher.publish({ job_id: id, task_id: taskId(id, 'map', 0), attempt: 1 }, []);
      await eventually('the lines', async () => (await written()).length >= liveLimits.logEventsPerSecondMax);
      const all = await written();
      expect(all).to.have.lengthOf(liveLimits.logEventsPerSecondMax);
      const data = all[0]?.event === 'log' ? all[0].data : undefined;
      expect(data?.omitted).to.equal(5);
      expect(data?.lines).to.have.lengthOf(liveLimits.logLinesPerEventMax);
      expect(data?.lines[0]).to.have.lengthOf(liveLimits.logLineLengthMax);
    });
  });
});
