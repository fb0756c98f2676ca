/**
 * Makes the tools of a process those of one message: its log lines carry the job's trace id, and while it is at work it may have a span.
 *
 * A step has one if its job is traced: below the step that queued it, or, where that is not known (the sweep queued it), below the request that
 * asked for the job. Of tasks only those have spans whose messages carry the trace, so that a job of a million tasks makes no more spans than any
 * other big one; nor do steps that a phase has many of (`group`). See `traceLimits`.
 *
 * ```
 * POST /api/v1/jobs ─ plan ─┬─ map task × tasksPerPhaseMax
 *                           └─ map-barrier ─┬─ reduce task × tasksPerPhaseMax
 *                                           └─ commit ─ clean-up
 * ```
 */
import {
  type AskedJob,
  parseTraceParent,
  publicTaskId,
  type TraceParent,
  taskDataSchema,
  taskId,
  traceLimits,
  traceOfMessage,
} from '@gridmr/contracts';
import type { SpanAttributes } from '@gridmr/runtime';
import { DelayedError, type Job } from 'bullmq';
import { attemptNumber } from './attempts/attempt-number.js';
import type { StepTools } from './steps/step-tools.js';

type Work<Result> = (own: StepTools) => Promise<Result>;

/** Of the control queue. */
export async function traceStep<Result>(tools: StepTools, message: Job, work: Work<Result>): Promise<Result> {
  const { name } = message;
  const jobId = String(message.data.job_id);
  // Nobody reads what was asked again after its job is gone.
  const asked = name === 'clean-up' ? undefined : await askedJob(tools, jobId);
  const carried = traceOfMessage(message.opts);
  const parent = name === 'group' ? undefined : (carried ?? parseTraceParent(asked?.trace_parent));
  const trace_id = asked?.trace_id ?? carried?.traceId;
  const logger = tools.logger.child({ job_id: jobId, ...(trace_id === undefined ? {} : { trace_id }) });
  return during({ ...tools, logger }, message, { name, parent, attributes: { 'gridmr.job_id': jobId } }, work);
}

/** Of the tasks queue. */
export async function traceTask<Result>(tools: StepTools, message: Job, work: Work<Result>): Promise<Result> {
  const task = taskDataSchema.parse(message.data);
  const { job_id, kind, index, more = [] } = task;
  const trace_id = (await askedJob(tools, job_id))?.trace_id;
  const own = trace_id === undefined ? tools : { ...tools, logger: tools.logger.child({ job_id, trace_id }) };
  const parent = traceOfMessage(message.opts);
  const attributes = {
    'gridmr.job_id': job_id,
    'gridmr.task_id': publicTaskId(taskId(job_id, kind, index)),
    'gridmr.attempt': attemptNumber(message, task),
    'gridmr.tasks': 1 + more.length,
    'gridmr.worker_id': tools.workerId,
  };
  return during(own, message, { name: `${kind} task`, parent, attributes }, work);
}

interface Traced {
  readonly name: string;
  readonly parent: TraceParent | undefined;
  readonly attributes: SpanAttributes;
}

async function during<Result>(tools: StepTools, message: Job, traced: Traced, work: Work<Result>): Promise<Result> {
  const { name, parent, attributes } = traced;
  if (parent === undefined || message.attemptsStarted > traceLimits.startsPerMessageMax) return work(tools);
  const { timestamp, processedOn = timestamp, queueName } = message;
  const ofQueue = {
    'messaging.system': 'bullmq',
    'messaging.destination.name': queueName,
    'messaging.message.id': message.id ?? '',
    'gridmr.queued_ms': Math.max(0, processedOn - timestamp),
  };
  const span = tools.tracing.start({ name, kind: 'consumer', parent, attributes: { ...attributes, ...ofQueue } });
  try {
    return await work({ ...tools, span });
  } catch (error) {
    // Put off, not failed.
    if (!(error instanceof DelayedError)) span?.fail(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    span?.end();
  }
}

/** Undefined if it cannot be read: the step itself will meet that. */
async function askedJob({ known }: StepTools, jobId: string): Promise<AskedJob | undefined> {
  return known.asked(jobId).catch(() => undefined);
}
