/**
 * What streams of events tell of jobs, and how it travels between processes: a bounded stream in Redis, whose entry ids are the
 * ids of the events, so that a listener may go on at any API process.
 */
import { z } from 'zod';
import { liveLimits } from './api-limits.js';
import { jobIdSchema, taskIdSchema } from './ids.js';
import { jobStatusViewSchema } from './job.js';
import { queuePrefix } from './messages.js';
import { taskStateSchema } from './states.js';
import { systemMetricsSchema } from './system-metrics.js';
import { workersStatusSchema } from './worker.js';

/** Stream of changes; each entry holds one field, `change`. */
export const changeStream = `${queuePrefix}:changes`;

export const statusEventSchema = jobStatusViewSchema
  .extend({
    snapshot: z.literal(true).optional().meta({
      description:
        'Everything told before is void: each task is `pending`, but for those that the following `task` events name',
    }),
  })
  .meta({ id: 'StatusEvent', description: 'The status or phase of a job has changed' });
export type StatusEvent = z.infer<typeof statusEventSchema>;

export const progressEventSchema = jobStatusViewSchema
  .pick({ job_id: true, phase: true, progress: true, tasks: true })
  .meta({ id: 'ProgressEvent', description: 'The counts of tasks of a job have changed' });
export type ProgressEvent = z.infer<typeof progressEventSchema>;

const indices = z.array(z.number().int().nonnegative()).max(liveLimits.tasksPerEventMax);
const tasksByStateSchema = z.partialRecord(taskStateSchema, indices);

export const taskEventSchema = z
  .object({ job_id: jobIdSchema, map: tasksByStateSchema, reduce: tasksByStateSchema })
  .meta({
    id: 'TaskEvent',
    description: 'Tasks of a job have changed: their indices, by the state that they have now',
  });
export type TaskEvent = z.infer<typeof taskEventSchema>;

export const logEventSchema = z
  .object({
    job_id: jobIdSchema,
    task_id: taskIdSchema,
    attempt: z.number().int().positive(),
    lines: z.array(z.string().max(liveLimits.logLineLengthMax)).max(liveLimits.logLinesPerEventMax),
    omitted: z
      .number()
      .int()
      .nonnegative()
      .meta({ description: 'Further lines of the attempt, which are not told live' }),
  })
  .meta({ id: 'LogEvent', description: 'What the program wrote with `ctx.log` in an attempt that has been committed' });
export type LogEvent = z.infer<typeof logEventSchema>;

export const doneEventSchema = jobStatusViewSchema.meta({
  id: 'DoneEvent',
  description: 'The job has ended. The last event of its stream',
});

/** An event of one job's stream: the name and the data. */
export const jobStreamEventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('status'), data: statusEventSchema }),
  z.object({ event: z.literal('progress'), data: progressEventSchema }),
  z.object({ event: z.literal('task'), data: taskEventSchema }),
  z.object({ event: z.literal('log'), data: logEventSchema }),
  z.object({ event: z.literal('done'), data: doneEventSchema }),
]);
export type JobStreamEvent = z.infer<typeof jobStreamEventSchema>;

/** An event of the stream of all jobs. `reset`: events may have been missed, and what is known of jobs has to be read anew. */
export const generalStreamEventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('reset'), data: z.object({}) }),
  z.object({ event: z.literal('status'), data: statusEventSchema }),
  z.object({ event: z.literal('progress'), data: progressEventSchema }),
  z.object({ event: z.literal('done'), data: doneEventSchema }),
  z.object({ event: z.literal('workers'), data: workersStatusSchema }),
  z.object({ event: z.literal('system'), data: systemMetricsSchema }),
]);
export type GeneralStreamEvent = z.infer<typeof generalStreamEventSchema>;

/**
 * An entry of the change stream. `gap`: changes before it were lost, so that whoever follows has to look at the records anew.
 * `client_id`: whose job it is, for streams that tell of the jobs of several clients; unknown for log lines. `run`: which run of the job it is about.
 */
export const changeSchema = z.union([
  jobStreamEventSchema.and(z.object({ client_id: z.string().optional(), run: z.number().int().positive().optional() })),
  z.object({ event: z.literal('gap') }),
]);
export type Change = z.infer<typeof changeSchema>;
export type JobChangeEntry = Exclude<Change, { event: 'gap' }>;
