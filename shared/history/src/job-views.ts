/** From a row of `jobs` to what the API answers. */
import {
  type AskedJob,
  isFinished,
  isLaterPhase,
  type Job,
  type JobPhase,
  type JobStatusView,
  type TaskCounts,
  type TaskKind,
  zeroCounters,
} from '@gridmr/contracts';
import { fromJson } from './json-column.js';
import type { JobRow } from './schema.js';

/** What a status needs: not the specification, which may be a megabyte. */
export const statusColumns = [
  ...['job_id', 'status', 'phase', 'error'],
  ...['map_total', 'map_running', 'map_completed', 'map_failed'],
  ...['reduce_total', 'reduce_running', 'reduce_completed', 'reduce_failed'],
] as const satisfies readonly (keyof JobRow)[];
export type StatusRow = Pick<JobRow, (typeof statusColumns)[number]>;

export function statusView(row: StatusRow): JobStatusView {
  return {
    job_id: row.job_id,
    status: row.status,
    phase: phaseOf(row),
    progress: { map: progressOf(row, 'map'), reduce: progressOf(row, 'reduce') },
    tasks: { map: countsOf(row, 'map'), reduce: countsOf(row, 'reduce') },
    error: fromJson<Job['error']>(row.error),
  };
}

export function jobView(row: JobRow): Job {
  const { spec } = fromJson<AskedJob>(row.asked);
  return {
    ...statusView(row),
    name: spec.name,
    client_id: spec.client_id,
    created_at: row.created_at,
    started_at: row.started_at,
    finished_at: row.finished_at,
    run: row.run,
    input: row.input_files === null ? null : { files: row.input_files, bytes: row.input_bytes ?? 0 },
    output: fromJson<Job['output']>(row.output),
    counters: countersOf(row),
    spec,
  };
}

/** A job has a phase while it runs. */
function phaseOf(row: StatusRow): JobPhase | null {
  return row.status === 'running' ? row.phase : null;
}

/**
 * News of tasks may be behind the verdict: a completed job has completed all of its tasks; of any other that has
 * ended, what had not is cancelled, thus neither pending nor running.
 */
function countsOf(row: StatusRow, kind: TaskKind): TaskCounts {
  const total = row[`${kind}_total`];
  const running = row[`${kind}_running`];
  const completed = row[`${kind}_completed`];
  const failed = row[`${kind}_failed`];
  if (row.status === 'completed') return { total, pending: 0, running: 0, completed: total, failed: 0 };
  if (isFinished(row.status)) return { total, pending: 0, running: 0, completed, failed };
  return { total, pending: Math.max(0, total - running - completed - failed), running, completed, failed };
}

/** The completed share; all of it when a phase that is over had nothing to do. */
function progressOf(row: StatusRow, kind: TaskKind): number {
  const total = row[`${kind}_total`];
  if (row.status === 'completed') return 1;
  if (total === 0) return row.phase !== null && isLaterPhase(row.phase, kind) ? 1 : 0;
  return Math.min(1, row[`${kind}_completed`] / total);
}

/** The verdict sums committed attempts; how many failed, were lost or speculative only the history knows. */
function countersOf(row: JobRow): Job['counters'] {
  const counters = fromJson<Job['counters'] | null>(row.counters) ?? zeroCounters();
  counters.failed_attempts = Math.max(counters.failed_attempts, row.failed_attempts);
  counters.lost_attempts = Math.max(counters.lost_attempts, row.lost_attempts);
  counters.speculative_attempts = Math.max(counters.speculative_attempts, row.speculative_attempts);
  return counters;
}
