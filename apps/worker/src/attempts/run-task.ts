/**
 * Steps 3 and 5 of a job's path, as the worker's main thread sees them: take a task's message, have an attempt made and
 * committed in a slot. The first attempt to commit wins; a later one is superseded and its output discarded.
 *
 * Nothing here trusts the message to be the only one of its kind, or in time. A job that has ended is left alone, and so is a task that an earlier
 * start of the message may have committed. A message that was doubled otherwise runs in vain: its attempt is not the first to commit.
 */
import {
  type AskedJob,
  jobFiles,
  randomToken,
  type TaskData,
  TaskError,
  type TaskReturn,
  taskDataSchema,
  taskId,
} from '@gridmr/contracts';
import { type Job, UnrecoverableError } from 'bullmq';
import type { StepTools } from '../steps/step-tools.js';
import { AttemptNews } from './attempt-news.js';
import type { AttemptOutcome, AttemptRequest } from './attempt-request.js';
import { settleFailure } from './settle-failure.js';
import type { TaskSlots } from './task-slots.js';

const attemptTokenLength = 6;
const secondMs = 1000;

export interface AttemptLimits {
  readonly memoryBytes: number;
  readonly timeoutSeconds: number;
}

/** Handles one message of the tasks queue. `signal` aborts when the attempt must stop: see `stop-reason.ts`. */
export async function runTask(
  tools: StepTools,
  slots: TaskSlots,
  limits: AttemptLimits,
  message: Job,
  token: string,
  signal: AbortSignal,
): Promise<TaskReturn> {
  const task = taskDataSchema.parse(message.data);
  const [verdict, committed, asked] = await Promise.all([
    tools.known.verdict(task.job_id),
    message.attemptsStarted > 1 ? tools.jobs.readCommit(task.job_id, task.kind, task.index) : undefined,
    tools.known.asked(task.job_id),
  ]);
  if (verdict !== undefined) throw new UnrecoverableError(`job ${task.job_id} is ${verdict.status}`);
  if (committed !== undefined) return { attempt: committed.attempt };
  using news = new AttemptNews(tools, task, message.attemptsStarted);
  try {
    const request = await requestAttempt(tools, asked, task, news, limits);
    const outcome = await slots.run(request, { deadlineMs: request.timeoutMs, signal });
    return await report(tools, news, task, outcome);
  } catch (error) {
    throw await settleFailure(tools, news, asked, message, token, signal, error);
  }
}

async function requestAttempt(
  tools: StepTools,
  asked: AskedJob,
  { job_id, kind, index }: TaskData,
  { attempt, startedAt }: AttemptNews,
  limits: AttemptLimits,
): Promise<AttemptRequest> {
  const plan = await tools.known.plan(job_id);
  const isPart = kind === 'reduce' || plan.reduce_tasks === 0;
  const name = `a${attempt}-${randomToken(attemptTokenLength)}`;
  const base = {
    asked,
    taskId: taskId(job_id, kind, index),
    attempt,
    workerId: tools.workerId,
    startedAt,
    index,
    outputPath: jobFiles.attemptOutput(job_id, kind, index, name, isPart ? 'part' : 'segment'),
    memoryBytes: Math.min(limits.memoryBytes, asked.spec.memory_limit),
    timeoutMs: Math.min(limits.timeoutSeconds, asked.spec.task_timeout) * secondMs,
  };
  return kind === 'map'
    ? { ...base, kind, split: await tools.known.split(job_id, index), reducers: plan.reduce_tasks }
    : { ...base, kind, plan };
}

/** Tells how the attempt ended, and which attempt of the task counts. */
async function report(
  tools: StepTools,
  news: AttemptNews,
  { job_id, kind, index }: TaskData,
  { committed, logLines }: AttemptOutcome,
): Promise<TaskReturn> {
  news.log(logLines);
  if (committed) {
    news.publish('committed');
    return { attempt: news.attempt };
  }
  news.publish('superseded');
  const winner = await tools.jobs.readCommit(job_id, kind, index);
  if (winner === undefined)
    throw new TaskError({ code: 'storage_error', message: `the commit of ${news.taskId} vanished` });
  return { attempt: winner.attempt };
}
