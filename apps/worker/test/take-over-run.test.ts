/** What a run that a retry has begun keeps of the run before, wherever one of the two dies or comes late. */
import {
  type AskedJob,
  type CommitRecord,
  jobFiles,
  parseRunId,
  runId,
  type TaskKind,
  taskId,
  type Verdict,
  zeroCounters,
} from '@gridmr/contracts';
import { expect } from 'chai';
import { cleanUpJob } from '../dist/steps/clean-up-job.js';
import { commitJob } from '../dist/steps/commit-job.js';
import { planJob } from '../dist/steps/plan-job.js';
import type { StepTools } from '../dist/steps/step-tools.js';
import { takeOverRun } from '../dist/steps/take-over-run.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

const mapTasks = 3;
const content = 'line\n';

describe('takeOverRun', function () {
  this.timeout(30_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
    await fixture.directory.write('input', 'abc');
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  async function commitTask(jobId: string, kind: TaskKind, index: number, attempt = 1): Promise<boolean> {
    const path = jobFiles.attemptOutput(jobId, kind, index, `a${attempt}-test`, kind === 'map' ? 'segment' : 'part');
    await fixture.tools.store.write(path, Buffer.from(content));
    const now = new Date().toISOString();
    const record: CommitRecord = {
      task_id: taskId(jobId, kind, index),
      ...{ attempt, worker_id: 'test', started_at: now, committed_at: now },
      file: path.slice(path.lastIndexOf('/') + 1),
      ...{ bytes: content.length, records: 1, crc32c: 0, counters: zeroCounters() },
    };
    return fixture.tools.jobs.commitAttempt(record);
  }

  /** All map tasks and the first of two reduce tasks are committed; then it ends. */
  async function endedJob(status: 'failed' | 'cancelled' = 'failed'): Promise<AskedJob> {
    const asked = await fixture.ask();
    await fixture.plan(asked, mapTasks);
    for (let index = 0; index < mapTasks; index++) await commitTask(asked.job_id, 'map', index);
    await commitTask(asked.job_id, 'reduce', 0);
    await end(asked.job_id, status);
    return asked;
  }

  async function end(job_id: string, status: 'failed' | 'cancelled'): Promise<void> {
    const verdict: Verdict = {
      job_id,
      status,
      finished_at: new Date().toISOString(),
      error: null,
      output: null,
      counters: zeroCounters(),
    };
    await fixture.tools.jobs.commitVerdict(verdict);
  }

  async function retried(before: AskedJob, keeps = { map: true, reduce: true }): Promise<AskedJob> {
    const { jobId, run } = parseRunId(before.job_id);
    const asked = { ...before, job_id: runId(jobId, run + 1), goes_on_from: { job_id: before.job_id, ...keeps } };
    await fixture.tools.jobs.writeAsked(asked);
    return asked;
  }

  async function committed(jobId: string, kind: TaskKind): Promise<number[]> {
    const indices: number[] = [];
    for await (const index of fixture.tools.jobs.listCommits(jobId, kind)) indices.push(index);
    return indices.sort();
  }

  const all = [0, 1, 2];

  it('takes over the plan and what is committed', async () => {
    const before = await endedJob();
    const asked = await retried(before);
    const plan = await takeOverRun(fixture.tools, asked);
    expect(plan).to.deep.include({ job_id: asked.job_id, map_tasks: mapTasks });
    expect(await committed(asked.job_id, 'map')).to.deep.equal(all);
    expect(await committed(asked.job_id, 'reduce')).to.deep.equal([0]);
    expect((await fixture.tools.jobs.readCommit(asked.job_id, 'map', 1))?.task_id).to.equal(
      taskId(before.job_id, 'map', 1),
    );
    expect(await fixture.tools.jobs.readSplits(plan as NonNullable<typeof plan>, 0)).to.have.length(mapTasks);
  });

  it('leaves the stages that have changed', async () => {
    const reduceChanged = await retried(await endedJob(), { map: true, reduce: false });
    await takeOverRun(fixture.tools, reduceChanged);
    expect(await committed(reduceChanged.job_id, 'map')).to.deep.equal(all);
    expect(await committed(reduceChanged.job_id, 'reduce')).to.deep.equal([]);
    const allChanged = await retried(await endedJob(), { map: false, reduce: false });
    expect(await takeOverRun(fixture.tools, allChanged)).to.include({ map_tasks: mapTasks });
    expect(await committed(allChanged.job_id, 'map')).to.deep.equal([]);
  });

  it('queues what is not committed, and nothing else', async () => {
    const asked = await retried(await endedJob());
    await planJob(fixture.tools, asked.job_id);
    const { tasks, control } = fixture.tools.queues;
    const messages = await tasks.getJobs(['waiting', 'prioritized', 'waiting-children', 'delayed']);
    expect(messages.filter(message => message.data.job_id === asked.job_id)).to.deep.equal([]);
    expect(await control.getJobState(`${asked.job_id}-map-barrier`)).to.equal('waiting');
  });

  it('does the same wherever it dies and is run again', async () => {
    for (let dies = 0; dies < 4; dies++) {
      const asked = await retried(await endedJob());
      const { store, jobs } = fixture.tools;
      let moves = 0;
      const dying = new Proxy(store, {
        get: (target, name) => {
          if (name === 'moveDirectory' && moves++ === dies) return () => Promise.reject(new Error('died'));
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const adopting = Object.create(jobs, { adoptPlan: { value: () => Promise.reject(new Error('died')) } });
      const tools: StepTools = { ...fixture.tools, store: dying, ...(dies === 3 ? { jobs: adopting } : {}) };
      const death = await takeOverRun(tools, asked).catch((error: Error) => error.message);
      expect(death, `the ${dies}th`).to.equal('died');
      await takeOverRun(fixture.tools, asked);
      expect(await committed(asked.job_id, 'map')).to.deep.equal(all);
      expect(await committed(asked.job_id, 'reduce')).to.deep.equal([0]);
    }
  });

  it('does the same if two are at it at once', async () => {
    const asked = await retried(await endedJob());
    const plans = await Promise.all([1, 2, 3].map(() => takeOverRun(fixture.tools, asked)));
    for (const plan of plans) expect(plan).to.deep.equal(plans[0]);
    expect(await committed(asked.job_id, 'map')).to.deep.equal(all);
  });

  it('takes nothing of what a late worker of the run before commits afterwards', async () => {
    const before = await endedJob();
    const asked = await retried(before);
    await takeOverRun(fixture.tools, asked);
    expect(await commitTask(before.job_id, 'reduce', 1, 9)).to.equal(true);
    await takeOverRun(fixture.tools, asked);
    expect(await committed(asked.job_id, 'reduce')).to.deep.equal([0]);
  });

  it('goes back to a run that ended before the next had taken anything over', async () => {
    const second = await retried(await endedJob(), { map: true, reduce: false });
    await end(second.job_id, 'cancelled');
    const third = await retried(second);
    await takeOverRun(fixture.tools, third);
    expect(await committed(third.job_id, 'map')).to.deep.equal(all);
    expect(await committed(third.job_id, 'reduce'), 'the second run has changed reduce').to.deep.equal([]);
  });

  it('begins anew once what was committed is gone, whatever an earlier try has taken', async () => {
    const before = await endedJob();
    await cleanUpJob(fixture.tools, before.job_id, true);
    const asked = await retried(before);
    await commitTask(asked.job_id, 'map', 2);
    expect(await takeOverRun(fixture.tools, asked)).to.equal(undefined);
    expect(await committed(asked.job_id, 'map')).to.deep.equal([]);
    await planJob(fixture.tools, asked.job_id);
    expect(await fixture.tools.jobs.readPlan(asked.job_id)).to.include({ map_tasks: 1 });
  });

  it('gets parts back that the final step of the run before had placed, and finishes', async () => {
    const before = await endedJob('cancelled');
    await commitTask(before.job_id, 'reduce', 1);
    const from = jobFiles.attemptOutput(before.job_id, 'reduce', 0, 'a1-test', 'part');
    await fixture.tools.store.rename(from, `${before.spec.output_path}/part-r-00000`);
    const asked = await retried(before);
    await planJob(fixture.tools, asked.job_id);
    expect(await committed(asked.job_id, 'reduce')).to.deep.equal([0, 1]);
    await commitJob(fixture.tools, asked.job_id);
    expect(await fixture.tools.jobs.readVerdict(asked.job_id)).to.include({ status: 'completed' });
    const manifest = await fixture.tools.jobs.readManifest(`${before.spec.output_path}/_manifest.json`);
    expect(manifest).to.include({ job_id: before.job_id, run: 2, records: 2 });
  });

  it('makes a part again that is nowhere to be found', async () => {
    const before = await endedJob();
    await fixture.tools.store.remove(jobFiles.attemptOutput(before.job_id, 'reduce', 0, 'a1-test', 'part'));
    const asked = await retried(before);
    await takeOverRun(fixture.tools, asked);
    expect(await committed(asked.job_id, 'reduce')).to.deep.equal([]);
  });

  it('replaces a manifest that a late final step of the run before has put there, and none of a later run', async () => {
    const before = await endedJob('cancelled');
    await commitTask(before.job_id, 'reduce', 1);
    const asked = await retried(before);
    await takeOverRun(fixture.tools, asked);
    const path = `${before.spec.output_path}/_manifest.json`;
    const manifest = {
      version: 1,
      job_id: before.job_id,
      format: 'tsv',
      compression: 'none',
      parts: [],
      records: 0,
      bytes: 0,
      counters: zeroCounters(),
      spec_digest: '',
      finished_at: new Date().toISOString(),
    };
    await fixture.tools.store.write(path, Buffer.from(JSON.stringify(manifest)));
    await commitJob(fixture.tools, asked.job_id);
    expect(await fixture.tools.jobs.readManifest(path)).to.include({ run: 2, records: 2 });
    await commitJob(fixture.tools, before.job_id);
    expect(await fixture.tools.jobs.readManifest(path)).to.include({ run: 2 });
    await cleanUpJob(fixture.tools, before.job_id);
    expect(await fixture.tools.store.stat(`${before.spec.output_path}/part-r-00000`)).not.to.equal(undefined);
  });
});
