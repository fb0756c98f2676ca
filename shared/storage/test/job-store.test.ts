/** What stands done of a job, and who decides. */
import {
  type AskedJob,
  type CommitRecord,
  dataPlaneLimits,
  jobFiles,
  newJobId,
  type Plan,
  type Split,
  taskId,
  type Verdict,
  zeroCounters,
} from '@gridmr/contracts';
import { JobStore, outputDirectoryIsFree } from '@gridmr/storage';
import { expect } from 'chai';
import {
  bytesOf,
  collect,
  everythingIn,
  type FsFixture,
  plainFixture,
  readText,
  storageErrorOf,
  testDeadlineMs,
} from './fs-fixture.js';

const now = '2026-01-02T03:04:05.678Z';
const jobId = newJobId(0);

const asked: AskedJob = {
  job_id: jobId,
  spec: {
    name: 'word count',
    client_id: 'someone',
    inputs: ['book.txt'],
    input_format: 'text',
    program: { form: 'functions', map_function: 'line => []' },
    language: 'javascript',
    num_reducers: 1,
    split_size_mb: 32,
    parameters: { deep: [{ a: null }] },
    output_path: `output/${jobId}`,
    output_format: 'tsv',
    output_compression: 'none',
    priority: 'normal',
    on_record_error: 'fail',
    max_skipped_records: 1000,
    retry_user_errors: false,
    speculative: true,
    max_attempts: 4,
    task_timeout: 600,
    memory_limit: 268_435_456,
  },
  submitted_at: now,
  trace_id: '',
};

const splitsOf = (count: number): Split[] =>
  Array.from({ length: count }, (_, i) => ({
    ranges: [{ path: 'book.txt', start: i * 10, end: i * 10 + 10, file_bytes: count * 10 }],
  }));

const planOf = (token: string, mapTasks: number): Plan => ({
  job_id: jobId,
  token,
  map_tasks: mapTasks,
  reduce_tasks: 1,
  input: { files: 1, bytes: mapTasks * 10 },
  planned_at: now,
});

const recordOf = (index: number, attempt: number): CommitRecord => ({
  task_id: taskId(jobId, 'map', index),
  attempt,
  worker_id: 'worker-1',
  started_at: now,
  committed_at: now,
  file: `m-${String(index).padStart(5, '0')}.a${attempt}.segment`,
  bytes: 5,
  records: 1,
  crc32c: 7,
  counters: zeroCounters(),
});

const verdictOf = (status: Verdict['status']): Verdict => ({
  job_id: jobId,
  status,
  finished_at: now,
  error: null,
  output: null,
  counters: zeroCounters(),
});

describe('JobStore', function () {
  this.timeout(testDeadlineMs);
  let fixture: FsFixture;
  let jobs: JobStore;
  const jobDirectory = () => `${fixture.root}/${jobFiles.directory(jobId)}`;

  beforeEach(async () => {
    fixture = await plainFixture();
    jobs = new JobStore(fixture.store);
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  it('keeps what was asked', async () => {
    await jobs.writeAsked(asked);
    expect(await jobs.readAsked(jobId)).to.deep.equal(asked);
  });

  it('has nothing of an unknown job', async () => {
    expect(await jobs.readAsked(jobId)).to.equal(undefined);
    expect(await jobs.readPlan(jobId)).to.equal(undefined);
    expect(await jobs.readCommit(jobId, 'map', 0)).to.equal(undefined);
    expect(await jobs.readVerdict(jobId)).to.equal(undefined);
    expect(await collect(jobs.listCommits(jobId, 'map'))).to.deep.equal([]);
    await jobs.removeIntermediates(jobId);
  });

  describe('commitPlan', () => {
    it('freezes the splits in chunks, the last one shorter', async () => {
      const size = dataPlaneLimits.tasksPerGroup;
      const splits = splitsOf(2 * size + 3);
      const plan = planOf('tokena', splits.length);
      expect(await jobs.commitPlan(plan, splits.values())).to.deep.equal(plan);
      expect(await jobs.readPlan(jobId)).to.deep.equal(plan);
      const chunks = await Promise.all([0, 1, 2].map(chunk => jobs.readSplits(plan, chunk)));
      expect(chunks.map(chunk => chunk.length)).to.deep.equal([size, size, 3]);
      expect(chunks.flat()).to.deep.equal(splits);
      expect(await jobs.readSplits(plan, 3).catch(error => error)).to.be.instanceOf(RangeError);
    });

    it('lets the earlier plan stand, and leaves nothing of the later one', async () => {
      const first = planOf('first', 2);
      await jobs.commitPlan(first, splitsOf(2));
      expect(await jobs.commitPlan(planOf('second', 3), splitsOf(3))).to.deep.equal(first);
      expect(await everythingIn(jobDirectory())).to.deep.equal([
        'plan-first',
        'plan-first/chunk-00000.json',
        'plan.json',
      ]);
    });

    it('gives all planners the same plan', async () => {
      const plans = Array.from({ length: 8 }, (_, i) => planOf(`token${i}`, i + 1));
      const stood = await Promise.all(plans.map(plan => jobs.commitPlan(plan, splitsOf(plan.map_tasks))));
      expect(new Set(stood.map(plan => plan.token)).size).to.equal(1);
      expect(await jobs.readSplits(stood[0]!, 0)).to.have.length(stood[0]!.map_tasks);
      expect((await everythingIn(jobDirectory())).filter(name => /^plan-[^/]*$/.test(name))).to.have.length(1);
    });

    it('freezes a plan without splits', async () => {
      const plan = planOf('empty', 0);
      expect(await jobs.commitPlan(plan, [])).to.deep.equal(plan);
    });

    it('leaves nothing when the splits cannot be made, or are not as many as planned', async () => {
      function* failing(): Generator<Split> {
        yield* splitsOf(dataPlaneLimits.tasksPerGroup);
        throw new Error('the input is gone');
      }
      expect(await jobs.commitPlan(planOf('t', 1), failing()).catch(String)).to.include('the input is gone');
      expect(await jobs.commitPlan(planOf('t', 1), splitsOf(2)).catch(String)).to.include('has 2 splits');
      expect(await everythingIn(jobDirectory())).to.deep.equal([]);
    });
  });

  describe('attempts', () => {
    it('commits the first one, and keeps its record', async () => {
      expect(await jobs.commitAttempt(recordOf(12, 1))).to.equal(true);
      expect(await jobs.commitAttempt(recordOf(12, 2))).to.equal(false);
      expect(await jobs.readCommit(jobId, 'map', 12)).to.deep.equal(recordOf(12, 1));
      expect(await jobs.readCommit(jobId, 'reduce', 12)).to.equal(undefined);
    });

    it('finds the output of a committed attempt beside its record', async () => {
      await using output = await jobs.createAttemptOutput(jobId, 'map', 1012, 'a1', 'segment');
      output.writeSync(bytesOf('pairs'));
      await output.commit();
      const record = recordOf(1012, 1);
      expect(jobs.outputOf(record)).to.equal(output.path);
      expect(await readText(fixture.store, jobs.outputOf(record))).to.equal('pairs');
    });

    it('takes another one once the one that counted is withdrawn, however often that is said', async () => {
      await jobs.commitAttempt(recordOf(12, 1));
      const { file } = recordOf(12, 1);
      expect(await Promise.all([1, 2, 3].map(() => jobs.withdraw(jobId, 'map', 12, file)))).to.deep.equal([1, 1, 1]);
      expect(await jobs.readCommit(jobId, 'map', 12)).to.equal(undefined);
      expect(await collect(jobs.listCommits(jobId, 'map'))).to.deep.equal([]);
      const second = { ...recordOf(12, 2), file: `second-${file}` };
      expect(await jobs.commitAttempt(second)).to.equal(true);
      expect(await jobs.commitAttempt(recordOf(12, 3))).to.equal(false);
      // Who finds the old damage only now does no harm to the new record.
      expect(await jobs.withdraw(jobId, 'map', 12, file)).to.equal(1);
      expect(await jobs.readCommit(jobId, 'map', 12)).to.deep.equal(second);
      expect(await collect(jobs.listCommits(jobId, 'map'))).to.deep.equal([12]);
      expect((await jobs.withdrawals(jobId)).generation('map', 12)).to.equal(1);
    });

    it('withdraws a record that is damaged itself', async () => {
      await jobs.commitAttempt(recordOf(12, 1));
      await fixture.store.write(jobFiles.commit(jobId, 'map', 12), bytesOf('{"task_id":'));
      expect(await jobs.withdraw(jobId, 'map', 12)).to.equal(1);
      expect(await jobs.readCommit(jobId, 'map', 12)).to.equal(undefined);
    });

    it('tells whether a task may be committed', async () => {
      await jobs.commitAttempt(recordOf(5, 1));
      const may = (index: number) => jobs.mayBeCommitted(jobId, 'map', index);
      expect(await Promise.all([may(5), may(4), may(1005)])).to.deep.equal([true, false, false]);
    });

    it('lists the committed tasks of one kind, not their other files', async () => {
      for (const index of [0, 7, 999, 1000, 2500]) await jobs.commitAttempt(recordOf(index, 1));
      await jobs.commitAttempt({ ...recordOf(3, 1), task_id: taskId(jobId, 'reduce', 3) });
      await (await jobs.createAttemptOutput(jobId, 'map', 5, 'a1', 'segment')).commit();
      expect(await collect(jobs.listCommits(jobId, 'map'))).to.deep.equal([0, 7, 999, 1000, 2500]);
      expect(await collect(jobs.listCommits(jobId, 'reduce'))).to.deep.equal([3]);
    });
  });

  describe('commitVerdict', () => {
    it('returns the verdict that stands', async () => {
      expect(await jobs.commitVerdict(verdictOf('completed'))).to.deep.equal(verdictOf('completed'));
      expect(await jobs.commitVerdict(verdictOf('cancelled'))).to.deep.equal(verdictOf('completed'));
      expect(await jobs.readVerdict(jobId)).to.deep.equal(verdictOf('completed'));
    });
  });

  describe('removeIntermediates', () => {
    it('leaves what was asked and how it ended, also when unfinished files lie about', async () => {
      await jobs.writeAsked(asked);
      await jobs.commitPlan(planOf('t', 1), splitsOf(1));
      await jobs.commitAttempt(recordOf(0, 1));
      await jobs.commitAttempt({ ...recordOf(0, 1), task_id: taskId(jobId, 'reduce', 0) });
      await using _unfinished = await jobs.createAttemptOutput(jobId, 'map', 3000, 'a1', 'segment');
      await jobs.commitVerdict(verdictOf('failed'));
      await jobs.removeIntermediates(jobId);
      await jobs.removeIntermediates(jobId);
      expect(await everythingIn(jobDirectory())).to.deep.equal(['job.json', 'verdict.json']);
    });
  });

  describe('damaged files', () => {
    const damage = async (path: string, content: string, read: () => Promise<unknown>) => {
      await fixture.store.write(path, bytesOf(content));
      const error = await storageErrorOf(read);
      expect([error.code, error.path]).to.deep.equal(['damaged', path]);
      return error.message;
    };

    it('are named, with what is wrong', async () => {
      const verdict = jobFiles.verdict(jobId);
      const read = () => jobs.readVerdict(jobId);
      expect(await damage(verdict, '', read)).to.equal(`${verdict} is damaged: it is not JSON`);
      expect(await damage(verdict, '{"job_id": 5}', read)).to.include('job_id');
      expect(await damage(verdict, 'null', read)).to.include('its content');
      expect(await damage(verdict, JSON.stringify({ ...verdictOf('failed'), job_id: newJobId(1) }), read)).to.include(
        'about j',
      );
    });

    it('include those that are about another task or job', async () => {
      const path = jobFiles.commit(jobId, 'map', 4);
      const read = () => jobs.readCommit(jobId, 'map', 4);
      expect(await damage(path, JSON.stringify(recordOf(5, 1)), read)).to.include('-m-00005');
      expect(await damage(path, JSON.stringify({ ...recordOf(4, 1), file: '../x' }), read)).to.include('file');
    });

    it('include chunks that are missing or shorter than their plan', async () => {
      const plan = await jobs.commitPlan(planOf('t', 3), splitsOf(3));
      const path = jobFiles.planChunk(jobId, 't', 0);
      await damage(path, JSON.stringify(splitsOf(2)), () => jobs.readSplits(plan, 0));
      await fixture.store.remove(path);
      expect((await storageErrorOf(() => jobs.readSplits(plan, 0))).code).to.equal('damaged');
    });
  });
});

describe('outputDirectoryIsFree', function () {
  this.timeout(testDeadlineMs);
  it('is true for a missing or empty directory, false for one with files and for a file', async () => {
    await using fixture = await plainFixture();
    const isFree = (path: string) => outputDirectoryIsFree(fixture.store, path);
    await fixture.store.write('out/part', bytesOf('x'));
    expect([await isFree('none'), await isFree('out'), await isFree('out/part')]).to.deep.equal([true, false, false]);
    await fixture.store.remove('out/part');
    expect(await isFree('out')).to.equal(true);
  });
});
