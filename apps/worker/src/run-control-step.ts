/** Handles one message of the control queue: the short steps of a job's path, on the worker's main loop. */
import {
  type ControlData,
  type ControlName,
  controlDataSchema,
  controlNames,
  failureClass,
  groupDataSchema,
  type JobError,
  queueLimits,
  TaskError,
} from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import { DamagedTooOftenError, summariseGroup, TaskNotCommittedError } from '@gridmr/tasks';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { z } from 'zod';
import { tooManyLosses } from './steps/check-losses.js';
import { cleanUpJob } from './steps/clean-up-job.js';
import { commitJob } from './steps/commit-job.js';
import { failJob } from './steps/end-job.js';
import { mendJob } from './steps/mend-job.js';
import { passMapBarrier } from './steps/pass-map-barrier.js';
import { planJob } from './steps/plan-job.js';
import type { StepTools } from './steps/step-tools.js';

export async function runControlStep(tools: StepTools, message: Job, token: string): Promise<void> {
  const name = z.enum(controlNames).parse(message.name);
  const { job_id, attempts_before, expired } = controlDataSchema.parse(message.data);
  try {
    const error = tooManyLosses(message, `the ${name} step of job ${job_id}`);
    if (error !== undefined) throw new TaskError(error);
    await runStep(tools, name, { job_id, attempts_before, expired }, message, token);
  } catch (error) {
    if (error instanceof DelayedError) throw error;
    throw await settleStepFailure(tools, name, job_id, message, error);
  }
}

async function runStep(
  tools: StepTools,
  name: ControlName,
  { job_id: jobId, attempts_before: attemptsBefore, expired }: ControlData,
  message: Job,
  token: string,
): Promise<void> {
  switch (name) {
    case 'plan':
      return planJob(tools, jobId);
    case 'group':
      return summarise(tools, message);
    case 'map-barrier':
      return passMapBarrier(tools, jobId, attemptsBefore);
    case 'commit':
      return commitJob(tools, jobId);
    case 'mend':
      return mendJob(tools, jobId, attemptsBefore);
    case 'clean-up':
      if ((await cleanUpJob(tools, jobId, expired)) === 'done') return;
      await message.moveToDelayed(Date.now() + queueLimits.cleanUpAgainMs, token);
      throw new DelayedError();
  }
}

async function summarise(tools: StepTools, message: Job): Promise<void> {
  const { job_id, kind, group } = groupDataSchema.parse(message.data);
  if ((await tools.jobs.readVerdict(job_id)) !== undefined) return;
  const withdrawals = await tools.jobs.withdrawals(job_id);
  await summariseGroup(tools, await tools.known.plan(job_id), kind, group, withdrawals);
}

/** A user error, or the last of its attempts, ends the job; anything else is tried again after a pause. */
async function settleStepFailure(
  tools: StepTools,
  step: ControlName,
  jobId: string,
  message: Job,
  cause: unknown,
): Promise<Error> {
  if (cause instanceof TaskNotCommittedError) return leaveToSweep(tools, step, jobId, cause);
  const error = describe(step, cause);
  const isSettled = error.code === 'lost_too_often' || cause instanceof DamagedTooOftenError;
  const hopeless = failureClass(error.code) === 'user' || isSettled;
  const final = hopeless || message.attemptsMade + 1 >= (message.opts.attempts ?? 1);
  tools.logger.warn('step failed', {
    job_id: jobId,
    step,
    code: error.code,
    reason: error.message,
    final,
    error: cause,
  });
  const repeated = step === 'clean-up' || (step === 'mend' && !hopeless);
  if (!final || repeated) return cause instanceof Error ? cause : new Error(error.message);
  await failJob(tools, jobId, error);
  return new UnrecoverableError(error.message);
}

/**
 * A barrier was let pass before its tasks were done, which no retry mends. Its message fails and the job does not: the sweep finds
 * it so, and queues again what is missing.
 */
function leaveToSweep(tools: StepTools, step: ControlName, jobId: string, cause: TaskNotCommittedError): Error {
  tools.logger.warn('a step came before its tasks were done', { job_id: jobId, step, reason: cause.message });
  return new UnrecoverableError(cause.message);
}

function describe(step: ControlName, cause: unknown): JobError {
  if (cause instanceof TaskError) return cause.error;
  if (cause instanceof StorageError) return { code: 'storage_error', message: cause.message };
  return { code: 'internal_error', message: `the ${step} step failed; the worker's log says more` };
}
