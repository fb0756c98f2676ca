/** A task's state follows from its attempts alone, in whatever order news of them came. */
import type { TaskKind, TaskState } from '@gridmr/contracts';
import type { AttemptRow, JobRow } from './schema.js';

/** A task within its job. */
export interface TaskKey {
  readonly kind: TaskKind;
  readonly index: number;
}

/** What of a task's attempts counts for its state: those of the run that its job is in, and what is committed since a run. */
export interface CountedRuns {
  readonly run: number;
  readonly committedSince: number;
}

/**
 * Completed once an attempt is committed, whatever else happened; failed when the last attempt it gets has failed;
 * running while one runs; else it waits for its next attempt.
 */
export function taskStateOf(
  attempts: Iterable<Pick<AttemptRow, 'run' | 'state' | 'final'>>,
  { run, committedSince }: CountedRuns,
): TaskState {
  let state: TaskState = 'pending';
  for (const attempt of attempts) {
    if (attempt.state === 'committed' && attempt.run >= committedSince) return 'completed';
    if (attempt.run !== run) continue;
    if (attempt.state === 'failed' && attempt.final === 1) state = 'failed';
    if (attempt.state === 'running' && state === 'pending') state = 'running';
  }
  return state;
}

export function countedRuns(job: Pick<JobRow, 'run' | 'map_run' | 'reduce_run'>, kind: TaskKind): CountedRuns {
  return { run: job.run, committedSince: job[`${kind}_run`] };
}
