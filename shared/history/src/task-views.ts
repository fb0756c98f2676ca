/** From rows of `attempts` to what the API answers about tasks, given how their job stands. */
import { type Attempt, isFinished, type JobStatus, type Task, type TaskState, taskId } from '@gridmr/contracts';
import { fromJson } from './json-column.js';
import type { AttemptRow, JobRow } from './schema.js';
import { countedRuns, type TaskKey, taskStateOf } from './task-state.js';

/** What is needed of a task's job. */
export type JobOfTask = Pick<JobRow, 'job_id' | 'status' | 'finished_at' | 'run' | 'map_run' | 'reduce_run'>;

export function taskView(job: JobOfTask, { kind, index }: TaskKey, attempts: readonly AttemptRow[]): Task {
  return {
    task_id: taskId(job.job_id, kind, index),
    kind,
    index,
    state: stateSeen(taskStateOf(attempts, countedRuns(job, kind)), job.status),
    attempts: attempts.map(row => attemptView(job, row)),
  };
}

/**
 * How a task's recorded state reads. Rows follow the news, which may be behind the verdict: a completed job has
 * completed all of its tasks, and what another that has ended did not finish is cancelled.
 */
export function stateSeen(recorded: TaskState, job: JobStatus): TaskState {
  if (job === 'completed') return 'completed';
  if (!isFinished(job)) return recorded;
  return recorded === 'completed' || recorded === 'failed' ? recorded : 'cancelled';
}

/** The attempts of a completed run stay as reported: news of how they ended is still on its way. */
function attemptView(job: JobOfTask, row: AttemptRow): Attempt {
  const runEnded = row.run < job.run || job.status === 'failed' || job.status === 'cancelled';
  const stopped = row.state === 'running' && runEnded;
  return {
    run: row.run,
    attempt: row.attempt,
    state: stopped ? 'cancelled' : row.state,
    worker_id: row.worker_id,
    started_at: row.started_at,
    finished_at: stopped ? (row.finished_at ?? job.finished_at) : row.finished_at,
    error: fromJson<Attempt['error']>(row.error),
    speculative: row.speculative === 1,
  };
}
