/** What workers report of themselves, and what the API answers about them. */
import { z } from 'zod';
import { queuePrefix } from './messages.js';

const count = z.number().int().nonnegative();
const time = z.iso.datetime();

/** What a worker says every `heartbeatMs`. */
export const heartbeatSchema = z.object({
  worker_id: z.string(),
  host: z.string(),
  pid: z.number().int().positive(),
  version: z.string(),
  state: z.enum(['idle', 'busy', 'stopping']),
  slots: count.meta({ description: 'Tasks it runs at once' }),
  active_tasks: count,
  cpu_percent: z.number().nonnegative().meta({ description: 'Since its last report; 100 is one core' }),
  rss_mb: z.number().nonnegative(),
  tasks_completed: count.meta({ description: 'Since it started' }),
  tasks_failed: count.meta({ description: 'Since it started; neither lost nor cancelled ones' }),
  sandbox_restarts: count.optional().meta({
    description: 'Since it started: threads of user code that had to be terminated',
  }),
  loop_lag_ms: z.number().nonnegative().optional().meta({
    description: 'How late timers of its main thread, which renews locks, have come since its last report',
  }),
  started_at: time,
  last_heartbeat_at: time,
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

export const workerSchema = heartbeatSchema
  .extend({
    state: z
      .enum([...heartbeatSchema.shape.state.options, 'lost'])
      .meta({ description: '`lost`: it stopped reporting, and will be forgotten after a while' }),
  })
  .meta({ id: 'Worker' });
export type Worker = z.infer<typeof workerSchema>;

export const workersStatusSchema = z.object({ workers: z.array(workerSchema) }).meta({ id: 'WorkersStatus' });
export type WorkersStatus = z.infer<typeof workersStatusSchema>;

/** A sorted set of the ids of workers, by the time of their last heartbeat. */
export const workersKey = `${queuePrefix}:workers`;
/** The last heartbeat of one worker, as JSON; it expires when the worker is to be forgotten. */
export const heartbeatKey = (workerId: string) => `${queuePrefix}:worker:${workerId}`;
