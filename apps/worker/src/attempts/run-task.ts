/**
 * Steps 3 and 5 of a job's path, as the worker's main thread sees them: take a task's message, have an attempt made
 * in a slot, commit it. The first attempt to commit wins; a later one is superseded and its output discarded.
 *
 * Nothing here trusts the message to be the only one of its kind, or in time: a task that is committed, or whose job has
 * ended, is left alone.
 */
import {
  type AskedJob,
  type CommitRecord,
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
import type { AttemptRequest, AttemptResult } from './attempt-request.js';
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
    tools.jobs.readVerdict(task.job_id),
    tools.jobs.readCommit(task.job_id, task.kind, task.index),
    tools.known.asked(task.job_id),
  ]);
  if (verdict !== undefined) throw new UnrecoverableError(`job ${task.job_id} is ${verdict.status}`);
  if (committed !== undefined) return { attempt: committed.attempt };
  const news = new AttemptNews(tools, task, message.attemptsStarted);
  news.publish('running');
  try {
    const attempt = await prepareAttempt(tools, asked, task, message.attemptsStarted, limits);
    const result = await slots.run(attempt.request, { deadlineMs: attempt.request.timeoutMs, signal });
    news.log(result.logLines);
    return await commitAttempt(tools, news, task, attempt, result);
  } catch (error) {
    throw await settleFailure(tools, news, asked, message, token, signal, error);
  }
}

interface PreparedAttempt {
  readonly request: AttemptRequest;
  readonly file: string;
  readonly startedAt: string;
}

async function prepareAttempt(
  tools: StepTools,
  asked: AskedJob,
  { job_id, kind, index }: TaskData,
  attempt: number,
  limits: AttemptLimits,
): Promise<PreparedAttempt> {
  const plan = await tools.known.plan(job_id);
  const isPart = kind === 'reduce' || plan.reduce_tasks === 0;
  const name = `a${attempt}-${randomToken(attemptTokenLength)}`;
  const outputPath = jobFiles.attemptOutput(job_id, kind, index, name, isPart ? 'part' : 'segment');
  const base = {
    asked,
    taskId: taskId(job_id, kind, index),
    attempt,
    index,
    outputPath,
    memoryBytes: Math.min(limits.memoryBytes, asked.spec.memory_limit),
    timeoutMs: Math.min(limits.timeoutSeconds, asked.spec.task_timeout) * secondMs,
  };
  const request: AttemptRequest =
    kind === 'map'
      ? { ...base, kind, split: await tools.known.split(job_id, index), reducers: plan.reduce_tasks }
      : { ...base, kind, plan };
  return { request, file: outputPath.slice(outputPath.lastIndexOf('/') + 1), startedAt: new Date().toISOString() };
}

async function commitAttempt(
  tools: StepTools,
  news: AttemptNews,
  { job_id, kind, index }: TaskData,
  { request, file, startedAt }: PreparedAttempt,
  { logLines: _, ...made }: AttemptResult,
): Promise<TaskReturn> {
  const record: CommitRecord = {
    task_id: request.taskId,
    attempt: request.attempt,
    worker_id: tools.workerId,
    started_at: startedAt,
    committed_at: new Date().toISOString(),
    file,
    ...made,
  };
  if (await tools.jobs.commitAttempt(record)) {
    news.publish('committed');
    return { attempt: request.attempt };
  }
  await tools.store.remove(request.outputPath);
  news.publish('superseded');
  const winner = await tools.jobs.readCommit(job_id, kind, index);
  if (winner === undefined)
    throw new TaskError({ code: 'storage_error', message: `the commit of ${request.taskId} vanished` });
  return { attempt: winner.attempt };
}
