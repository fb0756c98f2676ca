/**
 * Steps 3 and 5 of a job's path, as the worker's main thread sees them: take a task's message, have its attempt made and
 * committed in a slot. The first attempt to commit wins; a later one is superseded and its output discarded. The message of a
 * bundle has several tasks, whose attempts the slot makes one after the other.
 *
 * Nothing here trusts the message to be the only one of its kind, or in time. A job that has ended is left alone, and so is a task that is committed
 * already, by an earlier start of the message or by another one. Two that start at once are told apart by who commits first. A message may be doubled on purpose,
 * to overtake a straggler: see `stop-rivals.ts`.
 */
import {
  type AskedJob,
  attemptLogLinesMax,
  publicTaskId,
  queueLimits,
  sandboxLimits,
  type TaskData,
  type TaskReturn,
  taskDataSchema,
  taskId,
} from '@gridmr/contracts';
import { Withdrawals } from '@gridmr/storage';
import {
  type AttemptsNotice,
  type AttemptsRequest,
  attemptTask,
  type HeldLock,
  readCommitOrWithdraw,
  type TaskSlots,
} from '@gridmr/tasks';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { tooManyLosses } from '../steps/check-losses.js';
import { failJob } from '../steps/end-job.js';
import type { StepTools } from '../steps/step-tools.js';
import { attemptNumber } from './attempt-number.js';
import { recallDamaged, SegmentRecalledError, waitsForMapTasks } from './damaged-segments.js';
import { discardAttempts } from './discard-attempts.js';
import { excuseOf } from './excuse-of.js';
import { type MessageAtWork, MessageTasks } from './message-tasks.js';
import { repeatNews } from './repeat-news.js';
import { tellLossBefore } from './report-lost.js';
import { settleFailure } from './settle-failure.js';
import { JobEndedError, stopReasonOf } from './stop-reason.js';
import { stopRivals } from './stop-rivals.js';

const secondMs = 1000;

export interface AttemptLimits {
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly timeoutSeconds: number;
}

/** Handles one message of the tasks queue, whose `lock` this worker has. `signal` aborts when the attempt must stop: see `stop-reason.ts`. */
export async function runTask(
  tools: StepTools,
  slots: TaskSlots,
  limits: AttemptLimits,
  message: Job,
  token: string,
  signal: AbortSignal,
  lock: HeldLock,
): Promise<TaskReturn> {
  const task = taskDataSchema.parse(message.data);
  const [indices, asked] = await Promise.all([tasksLeft(tools, task, message), tools.known.asked(task.job_id)]);
  // Only now: the clean-up of a job that has ended removes commit records, and a task without one would seem to be left to do.
  const verdict = await tools.known.verdict(task.job_id);
  if (verdict !== undefined) throw new JobEndedError(`job ${task.job_id} is ${verdict.status}`);
  const attempt = attemptNumber(message, task);
  if (indices.length === 0) {
    await stopRivals(tools, message);
    return { attempt };
  }
  if (task.speculative !== undefined && message.stalledCounter > 0) return { attempt };
  await giveUpIfLostTooOften(tools, task, indices, message);
  tellLossBefore(tools, { ...task, index: indices[0] ?? task.index }, message);
  const work = { message, task, asked, plan: await tools.known.plan(task.job_id) };
  const withdrawals = await waitForMapTasks(tools, work, token);
  let request: AttemptsRequest | undefined;
  let notice: AttemptsNotice = { ended: [], damaged: [] };
  using tasks = new MessageTasks(tools, work, indices);
  try {
    request = await requestAttempts(tools, work, tasks, limits, lock, withdrawals);
    const outcomes = await slots.run(request, {
      deadlineMs: timeMaxMs(asked, request) + queueLimits.slowMessageMs,
      signal,
      onNotice: said => {
        notice = said as AttemptsNotice;
      },
    });
    await tasks.tell(outcomes);
    await tasks.finish();
    await stopRivals(tools, message);
    return { attempt };
  } catch (error) {
    const reason = stopReasonOf(signal);
    const excuse = await excuseOf(tools, work, tasks.close(), reason);
    await discardAttempts(tools, request?.tasks.slice(notice.ended.length, tasks.claims.claimed) ?? []);
    const news = await tasks.fail(notice.ended, excuse === undefined && reason !== undefined);
    if (excuse !== undefined) {
      excuse(news, error);
      return { attempt };
    }
    const cause = await recall(tools, work, notice.damaged, withdrawals, error);
    throw await settleFailure(tools, news, asked, message, token, signal, cause);
  }
}

/** Which commit records the attempt has to take for withdrawn. If a map task runs again whose segment was one, the message comes back later. */
async function waitForMapTasks(tools: StepTools, work: MessageAtWork, token: string): Promise<Withdrawals> {
  const { task, message } = work;
  if (task.kind === 'map') return new Withdrawals([]);
  const withdrawals = await tools.jobs.withdrawals(task.job_id);
  if (!(await waitsForMapTasks(tools, work, withdrawals))) return withdrawals;
  await message.moveToDelayed(Date.now() + queueLimits.redoneLookMs, token);
  throw new DelayedError();
}

/** What an attempt failed of: the `error`, or that a map task was called back because of it, or that this did not help. */
async function recall(
  tools: StepTools,
  { plan }: MessageAtWork,
  damaged: readonly string[],
  { names }: Withdrawals,
  error: unknown,
): Promise<unknown> {
  try {
    const recalled = await recallDamaged(tools, plan, damaged, names);
    return recalled === undefined ? error : new SegmentRecalledError(recalled);
  } catch (failure) {
    return failure;
  }
}

/** An attempt that skips records is given back the time that hanging ones took. */
function timeMaxMs({ spec }: AskedJob, { timeoutMs }: AttemptsRequest): number {
  const { timedOutRecordsMax, recordTimeShare } = sandboxLimits;
  return spec.on_record_error === 'skip' ? timeoutMs * (1 + timedOutRecordsMax / recordTimeShare) : timeoutMs;
}

/** Of a bundle, nobody knows which of its tasks it is. */
async function giveUpIfLostTooOften(
  tools: StepTools,
  { job_id, kind }: TaskData,
  [first = 0, ...more]: readonly number[],
  message: Job,
): Promise<void> {
  const task_id = taskId(job_id, kind, first);
  const named = publicTaskId(task_id);
  const error = tooManyLosses(message, more.length === 0 ? `task ${named}` : `a task from ${named} on`);
  if (error === undefined) return;
  await failJob(tools, job_id, { ...error, task_id });
  throw new UnrecoverableError(error.message);
}

/**
 * Whatever put a second message for a task into the queue, or the same one into two hands: what is committed is not begun again. Of a message that is started for the
 * first time nothing is expected to be, and the thread looks before each attempt anyway.
 */
async function tasksLeft(tools: StepTools, task: TaskData, { attemptsStarted }: Job): Promise<number[]> {
  const { job_id, kind, index, more = [], attempts_before, speculative } = task;
  const indices = [index, ...more];
  const isFirst = attemptsStarted === 1 && attempts_before === undefined && speculative === undefined;
  if (isFirst) return indices;
  const withdrawals = await tools.jobs.withdrawals(job_id);
  const read = (each: number) => readCommitOrWithdraw(tools.jobs, { jobId: job_id, kind, index: each }, withdrawals);
  const records = await Promise.all(indices.map(read));
  for (const record of records) if (record !== undefined) repeatNews(tools, record);
  if (records.includes(undefined)) tools.known.lookAgain(job_id);
  return indices.filter((_, i) => records[i] === undefined);
}

async function requestAttempts(
  tools: StepTools,
  { message, task, asked, plan }: MessageAtWork,
  { indices, claims }: MessageTasks,
  limits: AttemptLimits,
  lock: HeldLock,
  { names: withdrawn }: Withdrawals,
): Promise<AttemptsRequest> {
  const attempt = attemptNumber(message, task);
  const { job_id, kind } = task;
  const splitOf = (index: number) => tools.known.split(job_id, index);
  const tasks = indices.map(index => attemptTask(plan, kind, index, attempt, splitOf, withdrawn));
  return {
    asked,
    attempt,
    speculative: task.speculative !== undefined,
    workerId: tools.workerId,
    memoryBytes: Math.min(limits.memoryBytes, asked.spec.memory_limit),
    diskBytes: limits.diskBytes,
    timeoutMs: Math.min(limits.timeoutSeconds, asked.spec.task_timeout) * secondMs,
    tasks: await Promise.all(tasks),
    claims: claims.shared,
    logLinesMax: attemptLogLinesMax(plan.map_tasks + plan.reduce_tasks),
    lock: lock.shared,
  };
}
