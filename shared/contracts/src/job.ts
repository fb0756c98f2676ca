/** What the API answers about jobs and tasks. */
import { z } from 'zod';
import { requestLimits } from './api-limits.js';
import { countersSchema } from './counters.js';
import { jobIdSchema, taskIdSchema, taskKindSchema } from './ids.js';
import { jobSpecSchema } from './job-spec.js';
import { jobErrorSchema } from './problem.js';
import { attemptStateSchema, jobPhaseSchema, jobStatusSchema, taskStateSchema } from './states.js';

const time = z.iso.datetime();
const count = z.number().int().nonnegative();

export const taskCountsSchema = z.object({
  total: count,
  pending: count,
  running: count,
  completed: count,
  failed: count,
});
export type TaskCounts = z.infer<typeof taskCountsSchema>;

const progressSchema = z.object({ map: z.number().min(0).max(1), reduce: z.number().min(0).max(1) });
const tasksSchema = z.object({ map: taskCountsSchema, reduce: taskCountsSchema });

export const outputSchema = z.object({ path: z.string(), parts: count, records: count, bytes: count });

export const jobSchema = z
  .object({
    job_id: jobIdSchema,
    name: z.string(),
    client_id: z.string(),
    status: jobStatusSchema,
    phase: jobPhaseSchema.nullable(),
    progress: progressSchema,
    tasks: tasksSchema,
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    run: z.number().int().positive().optional().meta({ description: '1, and one more for each retry' }),
    input: z.object({ files: count, bytes: count }).nullable().meta({ description: 'Known once the job is planned' }),
    output: outputSchema.nullable().meta({ description: 'Known once the job has completed' }),
    counters: countersSchema,
    error: jobErrorSchema.nullable(),
    spec: jobSpecSchema,
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof jobSchema>;

export const jobStatusViewSchema = z
  .object({
    job_id: jobIdSchema,
    status: jobStatusSchema,
    phase: jobPhaseSchema.nullable(),
    progress: progressSchema,
    tasks: tasksSchema,
    error: jobErrorSchema.nullable(),
  })
  .meta({ id: 'JobStatus' });
export type JobStatusView = z.infer<typeof jobStatusViewSchema>;

export const submittedSchema = z
  .object({
    job_id: jobIdSchema,
    status: jobStatusSchema,
    links: z.object({
      self: z.string(),
      status: z.string(),
      tasks: z.string(),
      events: z.string().optional(),
      results: z.string(),
      cancel: z.string(),
    }),
  })
  .meta({ id: 'SubmittedJob' });
export type SubmittedJob = z.infer<typeof submittedSchema>;

export const attemptSchema = z
  .object({
    run: z
      .number()
      .int()
      .positive()
      .optional()
      .meta({ description: 'The run of the job that made it; each counts its attempts from 1' }),
    attempt: z.number().int().positive(),
    state: attemptStateSchema,
    worker_id: z.string(),
    started_at: time,
    finished_at: time.nullable(),
    error: jobErrorSchema.nullable(),
    speculative: z.boolean().meta({ description: 'Made beside another one that took long; the first to commit wins' }),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof attemptSchema>;

export const taskSchema = z
  .object({
    task_id: taskIdSchema,
    kind: taskKindSchema,
    index: count,
    state: taskStateSchema,
    attempts: z.array(attemptSchema),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof taskSchema>;

/** Lists are pages: `next_cursor` is null on the last one. */
export function pageSchema<Item extends z.ZodType>(item: Item, id: string) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() }).meta({ id });
}
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(requestLimits.pageItemsMax).default(requestLimits.pageItemsDefault),
  cursor: z.string().max(requestLimits.cursorLengthMax).optional(),
});

export const jobListQuerySchema = pageQuerySchema.extend({
  status: jobStatusSchema.optional(),
  name: z.string().max(requestLimits.nameLengthMax).optional(),
  search: z.string().max(requestLimits.nameLengthMax).optional().meta({ description: 'What the name contains' }),
  client_id: z.string().max(requestLimits.clientIdLengthMax).optional(),
  created_after: time.optional(),
  created_before: time.optional(),
});
export type JobListQuery = z.infer<typeof jobListQuerySchema>;

export const resultsQuerySchema = z.strictObject({
  partition: z.coerce.number().int().min(0).max(9_999_999).optional(),
  limit: z.coerce.number().int().min(1).optional().meta({ description: 'At most so many records' }),
  order: z.enum(['key']).optional().meta({
    description: 'All parts merged into one order of keys: booleans, numbers, strings by code point, arrays',
  }),
});
