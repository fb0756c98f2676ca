/** Commit, cancel and clean-up, each run half and again. */
import {
  type AskedJob,
  jobFiles,
  manifestSchema,
  outputNames,
  type Plan,
  taskId,
  zeroCounters,
} from '@gridmr/contracts';
import { TaskNotCommittedError } from '@gridmr/tasks';
import { expect } from 'chai';
import { claimOutput } from '../dist/steps/claim-output.js';
import { cleanUpJob } from '../dist/steps/clean-up-job.js';
import { commitJob } from '../dist/steps/commit-job.js';
import { addTaskFlow } from '../dist/steps/task-flow.js';
import { cancelled, firstSeats, openStepFixture, type StepFixture } from './step-fixture.js';

/** What an attempt tells of a compressed part, beside what it tells of any. */
const compressedPart = { text_bytes: 9, ascending_keys: { booleans: 0, numbers: 0, strings: 1, arrays: 0 } };

describe('the end of a job', function () {
  this.timeout(30_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  async function commitTask(asked: AskedJob, kind: 'map' | 'reduce', index: number): Promise<void> {
    const path = jobFiles.attemptOutput(asked.job_id, kind, index, 'a1-test', 'part');
    await fixture.tools.store.write(path, Buffer.from(`line ${index}\n`));
    await fixture.tools.jobs.commitAttempt({
      task_id: taskId(asked.job_id, kind, index),
      attempt: 1,
      worker_id: 'test',
      started_at: new Date().toISOString(),
      committed_at: new Date().toISOString(),
      file: path.slice(path.lastIndexOf('/') + 1),
      bytes: 7,
      records: 1,
      crc32c: 0,
      ...(asked.spec.output_compression === 'gzip' ? compressedPart : {}),
      counters: { ...zeroCounters(), reduce_output_records: 1 },
    });
  }

  async function jobReadyToCommit(spec: Partial<AskedJob['spec']> = {}): Promise<{ asked: AskedJob; plan: Plan }> {
    const asked = await fixture.ask(spec);
    const plan = await fixture.plan(asked, 1);
    await commitTask(asked, 'map', 0);
    for (const index of [0, 1]) await commitTask(asked, 'reduce', index);
    return { asked, plan };
  }

  async function namesBelow(directory: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { path } of fixture.tools.store.list(directory)) names.push(path.slice(directory.length + 1));
    return names;
  }

  const finished = [outputNames.success, outputNames.manifest, 'part-r-00000', 'part-r-00001'];

  it('places parts and manifest, decides, and marks success', async () => {
    const { asked } = await jobReadyToCommit();
    await commitJob(fixture.tools, asked.job_id);
    expect(await namesBelow(asked.spec.output_path)).to.have.members(finished);
    const verdict = await fixture.tools.jobs.readVerdict(asked.job_id);
    expect(verdict).to.deep.include({ status: 'completed' });
    expect(verdict?.output).to.deep.equal({ path: asked.spec.output_path, parts: 2, records: 2, bytes: 14 });
    expect(verdict?.counters.reduce_output_records).to.equal(3);
  });

  it('names compressed parts so, and tells in the manifest what their attempts told', async () => {
    const { asked } = await jobReadyToCommit({ output_compression: 'gzip' });
    await commitJob(fixture.tools, asked.job_id);
    const path = `${asked.spec.output_path}/${outputNames.manifest}`;
    const manifest = manifestSchema.parse(
      JSON.parse(Buffer.from(await fixture.tools.store.read(path, 10_000)).toString()),
    );
    const told = { bytes: 7, records: 1, crc32c: 0, ...compressedPart };
    expect(manifest).to.deep.include({ format: 'tsv', compression: 'gzip' });
    expect(manifest.parts).to.deep.equal([
      { ...told, file: 'part-r-00000.gz' },
      { ...told, file: 'part-r-00001.gz' },
    ]);
    expect(await namesBelow(asked.spec.output_path)).to.include.members(['part-r-00000.gz', 'part-r-00001.gz']);
  });

  it('goes on where it died: with some parts placed', async () => {
    const { asked } = await jobReadyToCommit();
    const from = jobFiles.attemptOutput(asked.job_id, 'reduce', 0, 'a1-test', 'part');
    await fixture.tools.store.rename(from, `${asked.spec.output_path}/part-r-00000`);
    await commitJob(fixture.tools, asked.job_id);
    expect(await namesBelow(asked.spec.output_path)).to.have.members(finished);
  });

  it('goes on where it died: after the verdict, before _SUCCESS', async () => {
    const { asked } = await jobReadyToCommit();
    await commitJob(fixture.tools, asked.job_id);
    await fixture.tools.store.remove(`${asked.spec.output_path}/${outputNames.success}`);
    await commitJob(fixture.tools, asked.job_id);
    expect(await namesBelow(asked.spec.output_path)).to.include(outputNames.success);
  });

  it('changes no byte of what is committed when it goes on after another worker has finished the job', async () => {
    const { asked } = await jobReadyToCommit();
    const manifest = () => fixture.tools.store.read(`${asked.spec.output_path}/${outputNames.manifest}`, 10_000);
    await commitJob(fixture.tools, asked.job_id);
    const [before, verdict] = [await manifest(), await fixture.tools.jobs.readVerdict(asked.job_id)];
    // As the late one sees it: it looked for a verdict before there was one.
    await fixture.tools.store.remove(jobFiles.verdict(asked.job_id));
    await commitJob(fixture.tools, asked.job_id);
    expect(await manifest()).to.deep.equal(before);
    expect(await fixture.tools.jobs.readVerdict(asked.job_id)).to.deep.equal(verdict);
  });

  it('takes back what it placed if the job was cancelled meanwhile', async () => {
    const { asked } = await jobReadyToCommit();
    const jobs = Object.create(fixture.tools.jobs, { readVerdict: { value: async () => undefined } });
    await fixture.tools.jobs.commitVerdict(cancelled(asked.job_id));
    jobs.commitVerdict = () => fixture.tools.jobs.commitVerdict(cancelled(asked.job_id));
    await commitJob({ ...fixture.tools, jobs }, asked.job_id);
    expect(await namesBelow(asked.spec.output_path)).to.deep.equal([]);
  });

  it('a late clean-up leaves the output of the job that has the path now', async () => {
    const { asked } = await jobReadyToCommit();
    await fixture.tools.jobs.commitVerdict(cancelled(asked.job_id));
    const next = await fixture.ask({ output_path: asked.spec.output_path });
    await claimOutput(fixture.tools, next);
    await fixture.directory.write(`${asked.spec.output_path}/part-r-00000`, 'of the next job');
    await cleanUpJob(fixture.tools, asked.job_id);
    expect(await namesBelow(asked.spec.output_path)).to.deep.equal(['part-r-00000']);
  });

  it('refuses to commit while a task has no committed attempt, whatever the queue says', async () => {
    const asked = await fixture.ask();
    await fixture.plan(asked, 1);
    await commitTask(asked, 'map', 0);
    await commitTask(asked, 'reduce', 1);
    const error = await commitJob(fixture.tools, asked.job_id).catch(reason => reason);
    expect(error).to.be.instanceOf(TaskNotCommittedError);
    expect(error.taskIds).to.deep.equal([taskId(asked.job_id, 'reduce', 0)]);
    expect(await fixture.tools.jobs.readVerdict(asked.job_id)).to.equal(undefined);
  });

  for (const [what, damage] of Object.entries({
    gone: (part: string) => fixture.tools.store.remove(part),
    'cut short': (part: string) => fixture.tools.store.write(part, new Uint8Array(1)),
  })) {
    it(`has a part made again that is ${what}, and does not commit before`, async () => {
      const { asked } = await jobReadyToCommit();
      const { jobs } = fixture.tools;
      const record = await jobs.readCommit(asked.job_id, 'reduce', 1);
      if (record === undefined) throw new Error('the task is not committed');
      await damage(jobs.outputOf(record));
      const error = await commitJob(fixture.tools, asked.job_id).catch(reason => reason);
      expect(error).to.be.instanceOf(TaskNotCommittedError);
      expect(error.taskIds).to.deep.equal([taskId(asked.job_id, 'reduce', 1)]);
      expect(await jobs.readCommit(asked.job_id, 'reduce', 1)).to.equal(undefined);
      await commitTask(asked, 'reduce', 1);
      await commitJob(fixture.tools, asked.job_id);
      expect(await namesBelow(asked.spec.output_path))
        .to.include('part-r-00001')
        .and.include(outputNames.success);
    });
  }

  it('leaves a cancelled job’s output without _SUCCESS, and the clean-up takes back what was placed', async () => {
    const { asked } = await jobReadyToCommit({ output_compression: 'gzip' });
    const from = jobFiles.attemptOutput(asked.job_id, 'reduce', 0, 'a1-test', 'part');
    await fixture.tools.store.rename(from, `${asked.spec.output_path}/part-r-00000.gz`);
    await fixture.directory.write(`${asked.spec.output_path}/mine.txt`, 'put here by a user');
    await fixture.tools.jobs.commitVerdict(cancelled(asked.job_id));
    await commitJob(fixture.tools, asked.job_id);
    expect(await cleanUpJob(fixture.tools, asked.job_id)).to.equal('done');
    expect(await namesBelow(asked.spec.output_path)).to.deep.equal(['mine.txt']);
    expect(await fixture.tools.store.stat(from), 'it is where its commit record says').not.to.equal(undefined);
  });

  it('keeps of a cancelled job what is committed, for a retry, and nothing else; when that time is over, nothing', async () => {
    const { asked } = await jobReadyToCommit();
    const directory = jobFiles.directory(asked.job_id);
    const late = jobFiles.attemptOutput(asked.job_id, 'map', 0, 'a2-late', 'segment');
    await fixture.tools.store.write(late, Buffer.from('not committed'));
    await fixture.tools.store.write(
      jobFiles.attemptOutput(asked.job_id, 'map', 5, 'a1-stop', 'segment'),
      Buffer.from('x'),
    );
    await fixture.tools.store.write(`${jobFiles.logs(asked.job_id)}/map/00000/m-00000.a1.json`, Buffer.from('{}'));
    const before = (await namesBelow(directory)).filter(name => !/a2-late|a1-stop/.test(name));
    await fixture.tools.jobs.commitVerdict(cancelled(asked.job_id));
    await cleanUpJob(fixture.tools, asked.job_id);
    expect(await namesBelow(directory)).to.have.members([...before, 'verdict.json']);
    await cleanUpJob(fixture.tools, asked.job_id, true);
    expect(await namesBelow(directory)).to.have.members(['job.json', 'verdict.json', 'logs/map/00000/m-00000.a1.json']);
  });

  it('a clean-up leaves the output that another job has finished there meanwhile', async () => {
    const { asked } = await jobReadyToCommit();
    await fixture.tools.jobs.commitVerdict(cancelled(asked.job_id));
    await cleanUpJob(fixture.tools, asked.job_id);
    const { asked: other } = await jobReadyToCommit({ output_path: asked.spec.output_path });
    await commitJob(fixture.tools, other.job_id);
    await cleanUpJob(fixture.tools, other.job_id);
    await cleanUpJob(fixture.tools, asked.job_id, true);
    expect(await namesBelow(asked.spec.output_path)).to.have.members(finished);
  });

  it('takes all messages of a cancelled job out of the queue, and no barrier runs', async () => {
    const asked = await fixture.ask();
    const { job_id: jobId, spec } = asked;
    await fixture.plan(asked, 2300);
    const isCommitted = () => false;
    await addTaskFlow(fixture.tools.queues, {
      seats: firstSeats,
      jobId,
      kind: 'map',
      tasks: 2300,
      isCommitted,
      barrier: 'map-barrier',
      spec,
    });
    await fixture.tools.jobs.commitVerdict(cancelled(jobId));
    expect(await cleanUpJob(fixture.tools, jobId)).to.equal('done');
    const { tasks, control, hold } = fixture.tools.queues;
    for (const queue of [tasks, control, hold]) {
      const messages = await queue.getJobs(['waiting', 'prioritized', 'waiting-children', 'delayed']);
      expect(messages.filter(message => message.data.job_id === jobId)).to.deep.equal([]);
    }
  });

  it('comes back while an attempt is still running', async () => {
    const asked = await fixture.ask();
    const { job_id: jobId, spec } = asked;
    await fixture.plan(asked, 1);
    const isCommitted = () => false;
    await addTaskFlow(fixture.tools.queues, {
      seats: firstSeats,
      jobId,
      kind: 'map',
      tasks: 1,
      isCommitted,
      barrier: 'map-barrier',
      spec,
    });
    const { UnrecoverableError, Worker } = await import('bullmq');
    const taker = new Worker('tasks', null, {
      connection: { url: fixture.redisUrl },
      prefix: '{gridmr}',
      autorun: false,
    });
    const taken = await taker.getNextJob('token');
    await fixture.tools.jobs.commitVerdict(cancelled(jobId));
    expect(await cleanUpJob(fixture.tools, jobId)).to.equal('again');
    await taken?.moveToFailed(new UnrecoverableError('stopped'), 'token');
    expect(await cleanUpJob(fixture.tools, jobId)).to.equal('done');
    await taker.close();
  });
});
