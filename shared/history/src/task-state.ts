/** A task's state follows from its attempts alone, in whatever order news of them came. */
import type { TaskKind, TaskState } from '@gridmr/contracts';
import type { AttemptRow } from './schema.js';

/** A task within its job. */
export interface TaskKey {
  readonly kind: TaskKind;
  readonly index: number;
}

/**
 * Completed once an attempt is committed, whatever else happened; failed when the last attempt it gets has failed;
 * running while one runs; else it waits for its next attempt.
 */
export function taskStateOf(attempts: Iterable<Pick<AttemptRow, 'state' | 'final'>>): TaskState {
  let state: TaskState = 'pending';
  for (const attempt of attempts) {
    if (attempt.state === 'committed') return 'completed';
    if (attempt.state === 'failed' && attempt.final === 1) state = 'failed';
    if (attempt.state === 'running' && state === 'pending') state = 'running';
  }
  return state;
}
