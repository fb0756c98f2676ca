/**
 * What news makes of a job's own row: plan, phase, counts. Like `attempt-news.ts` it does not depend on the order of
 * news, so that late news of a job that has ended fills in what was missing and moves nothing.
 */
import {
  isLaterPhase,
  type JobEvent,
  type JobPhase,
  jobMayMove,
  jobPhaseSchema,
  type TaskKind,
} from '@gridmr/contracts';
import type { TaskAttempts } from './attempt-news.js';
import type { PhaseTimes } from './history.js';
import { fromJson } from './json-column.js';
import type { JobRow } from './schema.js';
import { countedRuns, taskStateOf } from './task-state.js';
import { earlier, fixedWidthTime } from './utc-time.js';

/** The columns that news changes. */
export const newsColumns = [
  ...['status', 'phase', 'phase_times', 'started_at', 'input_files', 'input_bytes'],
  ...['map_total', 'map_running', 'map_completed', 'map_failed'],
  ...['reduce_total', 'reduce_running', 'reduce_completed', 'reduce_failed'],
  ...['failed_attempts', 'lost_attempts', 'speculative_attempts'],
] as const satisfies readonly (keyof JobRow)[];
/** Those that say what of the news counts. */
export const runColumns = ['run', 'map_run', 'reduce_run'] as const satisfies readonly (keyof JobRow)[];
export type NewsRow = Pick<JobRow, 'job_id' | (typeof newsColumns)[number] | (typeof runColumns)[number]>;

/** The first plan stands: it is frozen on the shared directory. */
export function applyPlanned(job: NewsRow, event: Extract<JobEvent, { type: 'planned' }>): void {
  if (job.input_files === null) {
    job.input_files = event.input.files;
    job.input_bytes = event.input.bytes;
    job.map_total = event.map_tasks;
    job.reduce_total = event.reduce_tasks;
  }
  applyPhase(job, 'map', event.at);
}

/** A job in any phase runs, unless it has ended. */
export function applyPhase(job: NewsRow, phase: JobPhase, at: string): void {
  if (jobMayMove(job.status, 'running')) job.status = 'running';
  if (isLaterPhase(phase, job.phase)) job.phase = phase;
  job.started_at = earlier(job.started_at, fixedWidthTime(at));
  job.phase_times = notePhase(job.phase_times, phase, fixedWidthTime(at));
}

/** The earliest time heard of each phase. */
function notePhase(noted: string | null, phase: JobPhase, at: string): string {
  const times = fromJson<PhaseTimes | null>(noted) ?? {};
  const known = jobPhaseSchema.options.filter(each => each === phase || times[each] !== undefined);
  const entries = known.map(each => [each, each === phase ? earlier(times[each] ?? null, at) : times[each]]);
  return JSON.stringify(Object.fromEntries(entries));
}

/** Adds (`sign` 1) or takes away (−1) what one task contributes to its job's counts. */
export function countTask(job: NewsRow, kind: TaskKind, attempts: TaskAttempts, sign: 1 | -1): void {
  const state = taskStateOf(attempts.values(), countedRuns(job, kind));
  if (state === 'running' || state === 'completed' || state === 'failed') job[`${kind}_${state}`] += sign;
  for (const attempt of attempts.values()) {
    if (attempt.state === 'failed') job.failed_attempts += sign;
    if (attempt.state === 'lost') job.lost_attempts += sign;
    if (attempt.speculative === 1) job.speculative_attempts += sign;
  }
}
