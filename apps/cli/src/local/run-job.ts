/**
 * A whole job in this process: planned, mapped, reduced and committed by the code that workers run, with threads for slots, and a directory for the shared
 * one. No queue, no API, no database.
 */
import {
  type AskedJob,
  attemptLogLinesMax,
  firstTaskOf,
  groupCount,
  groupOf,
  type JobStatusView,
  type Plan,
  type TaskKind,
  type Verdict,
} from '@gridmr/contracts';
import { compileQuickJs } from '@gridmr/sandbox';
import { type BlobStore, JobStore, openFsStore } from '@gridmr/storage';
import {
  attemptTask,
  checkSkipped,
  concurrently,
  type DoneJobs,
  makePlan,
  placeOutput,
  summariseGroup,
  TaskSlots,
} from '@gridmr/tasks';
import { findIdleThreads, type IdleThreads } from './idle-threads.js';
import { LocalStatus } from './local-status.js';
import { runAttempts, type TaskRunner } from './run-attempts.js';
import { sampleSplits } from './sample-splits.js';

export interface LocalJob {
  readonly asked: AskedJob;
  readonly inputDirectory: string;
  /** For everything else. The output is left in it, under the job's output path. */
  readonly workDirectory: string;
  /** Tasks at once. */
  readonly threads: number;
  /** Only the first so many records of the input. */
  readonly sample: number | undefined;
  readonly signal: AbortSignal;
  readonly onStatus: (status: JobStatusView) => void;
  /** What the program wrote by `ctx.log`. */
  readonly onLog: (taskId: string, line: string) => void;
}

export interface LocalResult {
  readonly plan: Plan;
  readonly verdict: Verdict;
  /** If the input, whole, was too few splits for the threads. */
  readonly idle: IdleThreads | undefined;
}

/** Throws `TaskError` for a job that fails, and the signal's reason. */
export async function runJob(job: LocalJob): Promise<LocalResult> {
  const { asked, workDirectory, inputDirectory, signal } = job;
  const store = await openFsStore(workDirectory);
  const jobs = new JobStore(store);
  const status = new LocalStatus(asked.job_id, job.onStatus);
  status.enter('plan');
  const { module: engine } = await compileQuickJs();
  await using slots = new TaskSlots({ dataDirectory: workDirectory, inputDirectory, engine });
  // One thread starts while the plan is made, the others as soon as there are known to be tasks for them.
  slots.startAhead(1);
  const { plan, recordsOfLast } = await planLocally(job, await openFsStore(inputDirectory), jobs);
  slots.startAhead(Math.min(job.threads, plan.map_tasks) - 1);
  signal.throwIfAborted();
  status.planned(plan);
  const stage: Stage = {
    job,
    runner: { slots, asked, signal, logLinesMax: attemptLogLinesMax(plan.map_tasks + plan.reduce_tasks) },
    jobs,
    plan,
    status,
    threads: job.threads,
  };
  status.enter('map');
  await runStage(stage, 'map', recordsOfLast);
  if (plan.reduce_tasks > 0) {
    status.enter('shuffle');
    await summarise({ store, jobs }, asked, plan);
    status.enter('reduce');
    await runStage(stage, 'reduce', undefined);
  }
  status.enter('commit');
  const verdict = await placeOutput({ store, jobs }, asked, plan);
  status.end('completed');
  return { plan, verdict, idle: await idleThreads(job, plan, jobs) };
}

async function idleThreads({ asked, sample, threads }: LocalJob, plan: Plan, jobs: JobStore) {
  if (sample !== undefined || plan.map_tasks >= threads) return undefined;
  return findIdleThreads(await jobs.readSplits(plan, 0), asked.spec.input_format, threads);
}

/** What workers do at the barrier between map and reduce. */
async function summarise(done: DoneJobs, asked: AskedJob, plan: Plan): Promise<void> {
  const withdrawals = await done.jobs.withdrawals(asked.job_id);
  let skipped = 0;
  for (let group = 0; group < groupCount(plan.map_tasks); group++) {
    skipped += (await summariseGroup(done, plan, 'map', group, withdrawals)).counters.skipped_records;
  }
  checkSkipped(asked, skipped);
}

async function planLocally({ asked, sample }: LocalJob, inputs: BlobStore, jobs: JobStore) {
  let recordsOfLast: number | undefined;
  const plan = await makePlan(inputs, jobs, asked, async splits => {
    if (sample === undefined) return splits;
    const chosen = await sampleSplits(inputs, splits, asked.spec.input_format, sample);
    recordsOfLast = chosen.recordsOfLast;
    return chosen.splits;
  });
  return { plan, recordsOfLast };
}

interface Stage {
  readonly job: LocalJob;
  readonly runner: TaskRunner;
  readonly jobs: JobStore;
  readonly plan: Plan;
  readonly status: LocalStatus;
  readonly threads: number;
}

/** @param recordsOfLast of the last map task, if the job is a sample */
async function runStage(stage: Stage, kind: TaskKind, recordsOfLast: number | undefined): Promise<void> {
  const { plan, jobs, threads } = stage;
  const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
  for (let group = 0; group < groupCount(tasks); group++) {
    const first = firstTaskOf(group);
    const splits = kind === 'map' ? await jobs.readSplits(plan, group) : [];
    const indices = Array.from({ length: Math.min(firstTaskOf(group + 1), tasks) - first }, (_, i) => first + i);
    await concurrently(threads, indices, index => {
      const split = splits[index - firstTaskOf(groupOf(index))];
      const recordsMax = index === tasks - 1 ? recordsOfLast : undefined;
      return runTask(stage, kind, index, split, recordsMax);
    });
  }
}

async function runTask(
  { runner, plan, status, job }: Stage,
  kind: TaskKind,
  index: number,
  split: Awaited<ReturnType<JobStore['readSplits']>>[number] | undefined,
  recordsMax: number | undefined,
): Promise<void> {
  const splitOf = async () => {
    if (split === undefined) throw new Error(`the plan has no split ${index}`);
    return split;
  };
  await status.during(kind, async () => {
    let taskId = '';
    const outcome = await runAttempts(runner, async attempt => {
      const task = await attemptTask(plan, kind, index, attempt, splitOf);
      taskId = task.taskId;
      return task.kind === 'map' ? { ...task, recordsMax } : task;
    });
    for (const line of outcome.logLines) job.onLog(taskId, line);
  });
}
