/** What answers look like, of the first example of a job. */
import { routes } from '@gridmr/contracts';

const id = 'j01m8qz3w4t7v2k9x5ch6jb';
const done = { total: 8, pending: 0, running: 0, completed: 8, failed: 0 };
const none = { total: 2, pending: 2, running: 0, completed: 0, failed: 0 };
const running = {
  job_id: id,
  status: 'running',
  phase: 'map',
  progress: { map: 0.75, reduce: 0 },
  tasks: { map: { total: 8, pending: 0, running: 2, completed: 6, failed: 0 }, reduce: none },
  error: null,
};
const completed = {
  ...running,
  status: 'completed',
  phase: null,
  progress: { map: 1, reduce: 1 },
  tasks: { map: done, reduce: { ...none, pending: 0, completed: 2 } },
};

export const submittedExample = {
  job_id: id,
  status: 'queued',
  links: {
    self: routes.job(id),
    status: routes.jobStatus(id),
    tasks: routes.jobTasks(id),
    events: routes.jobEvents(id),
    results: routes.jobResults(id),
    cancel: routes.jobCancel(id),
  },
};

export const statusExample = running;

export const resultsExample = 'a\t12\nabout\t3\nabove\t1\n';

/** The events that are told of a job, each with its data. */
export const eventsExample: readonly { id?: string; event: string; data: object }[] = [
  { event: 'status', data: { ...running, snapshot: true } },
  { event: 'task', data: { job_id: id, map: { running: [6, 7], completed: [0, 1, 2, 3, 4, 5] }, reduce: {} } },
  { id: '1893456000000-0', event: 'task', data: { job_id: id, map: { completed: [6, 7] }, reduce: {} } },
  { id: '1893456000900-1', event: 'status', data: completed },
  { id: '1893456000900-2.done', event: 'done', data: completed },
];

export const workersExample = {
  workers: [
    {
      worker_id: 'host-1-4711-k2v9',
      host: 'host-1',
      pid: 4711,
      version: '0.1.0',
      state: 'busy',
      slots: 1,
      active_tasks: 1,
      cpu_percent: 98,
      rss_mb: 212,
      tasks_completed: 340,
      tasks_failed: 0,
      sandbox_restarts: 0,
      started_at: '2030-01-01T00:00:00.000Z',
      last_heartbeat_at: '2030-01-01T00:12:34.000Z',
    },
  ],
};
