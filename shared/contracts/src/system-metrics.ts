/** Figures of the whole system, for operators and the dashboard. */
import { z } from 'zod';
import { jobStatusSchema } from './states.js';

const count = z.number().int().nonnegative();
const time = z.iso.datetime();
const amount = z.number().nonnegative();

export const queueDepthSchema = z.object({
  waiting: count.meta({ description: 'Ready to be taken' }),
  active: count,
  delayed: count.meta({ description: 'Wait for another try' }),
  blocked: count.meta({ description: 'Wait for others: barriers' }),
  oldest_wait_ms: amount
    .nullable()
    .meta({ description: 'How long the message that is next has been there; null if none waits' }),
});
export type QueueDepth = z.infer<typeof queueDepthSchema>;

const liveTasksSchema = z.object({ pending: count, running: count, completed: count, failed: count });

/** One moment, for charts. */
export const systemSampleSchema = z
  .object({
    at: time,
    jobs_queued: count,
    jobs_running: count,
    tasks_pending: count,
    tasks_running: count,
    tasks_waiting: count.meta({ description: 'Messages of the tasks queue that are ready to be taken' }),
    workers: count,
    slots: count,
    active_tasks: count,
    workers_cpu_percent: amount,
    workers_rss_mb: amount,
    redis_memory_bytes: amount,
    storage_free_bytes: amount,
    api_rss_bytes: amount,
    api_cpu_percent: amount,
    api_loop_lag_ms: amount,
  })
  .meta({ id: 'SystemSample' });
export type SystemSample = z.infer<typeof systemSampleSchema>;

export const systemMetricsSchema = z
  .object({
    at: time,
    jobs: z.record(jobStatusSchema, count),
    tasks: liveTasksSchema.meta({ description: 'Of the jobs that have not ended' }),
    queues: z.object({ control: queueDepthSchema, tasks: queueDepthSchema }).nullable(),
    workers: z
      .object({
        total: count,
        idle: count,
        busy: count,
        stopping: count,
        lost: count,
        slots: count,
        active_tasks: count,
      })
      .nullable(),
    redis: z
      .object({
        version: z.string(),
        memory_bytes: amount,
        memory_max_bytes: amount.meta({ description: '0: no limit of its own' }),
        clients: count,
        uptime_seconds: amount,
      })
      .nullable()
      .meta({ description: 'Null, as queues and workers, while Redis does not answer' }),
    storage: z
      .object({ free_bytes: amount, total_bytes: amount })
      .nullable()
      .meta({ description: 'Of the file system of the data directory; null if it does not answer' }),
    api: z.object({
      rss_bytes: amount,
      heap_bytes: amount,
      cpu_percent: amount.meta({ description: 'Since the sample before; 100 is one core' }),
      loop_lag_ms: amount.meta({
        description: 'By how much timers come late: the 99th percentile since the sample before',
      }),
      uptime_seconds: amount,
      listeners: count.meta({ description: 'Connections to streams of events' }),
    }),
    history: z
      .array(systemSampleSchema)
      .optional()
      .meta({ description: 'The last hour, oldest first, as this API process saw it' }),
  })
  .meta({ id: 'SystemMetrics' });
export type SystemMetrics = z.infer<typeof systemMetricsSchema>;
