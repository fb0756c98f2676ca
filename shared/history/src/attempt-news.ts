/**
 * What news of attempts makes of a task's attempts. The result is a function of the set of news, not of its order:
 * moves follow the table of legal ones, times are the earliest heard of, and "lost" is worked out anew each time.
 *
 * Example: `running 1`, `running 2`, `committed 2` leave attempt 1 lost and attempt 2 committed; so do
 * `committed 2`, `running 1`, `committed 2`, `running 2`. A speculative attempt runs beside the others, so neither outruns the other.
 */
import { type AttemptEvent, attemptMayMove, parseRunId, parseTaskId } from '@gridmr/contracts';
import { errorJson, plainText, toJson } from './json-column.js';
import type { AttemptRow } from './schema.js';
import { earlier, fixedWidthTime } from './utc-time.js';

/** The attempts of one task, by `attemptKey`. */
export type TaskAttempts = Map<string, AttemptRow>;

/** Each run of a job counts its attempts from 1. */
export function attemptKey({ run, attempt }: Pick<AttemptRow, 'run' | 'attempt'>): string {
  return `${run}.${attempt}`;
}

/** Changes `attempts` by one piece of news. */
export function applyAttempt(attempts: TaskAttempts, event: AttemptEvent): void {
  const { run } = parseRunId(event.job_id);
  const key = attemptKey({ run, attempt: event.attempt });
  const row = attempts.get(key);
  if (row === undefined) attempts.set(key, firstHeard(event));
  else hearAgain(row, event);
  markOutrun([...attempts.values()].filter(attempt => attempt.run === run));
}

function firstHeard(event: AttemptEvent): AttemptRow {
  const { jobId, kind, index } = parseTaskId(event.task_id);
  const at = fixedWidthTime(event.at);
  return {
    ...ofRun(jobId),
    kind,
    task_index: index,
    attempt: event.attempt,
    state: event.state,
    worker_id: plainText(event.worker_id),
    started_at: startOf(event),
    finished_at: event.state === 'running' ? null : at,
    error: errorJson(event.error),
    final: event.final ? 1 : 0,
    figures: toJson(event.figures ?? null),
    speculative: event.speculative ? 1 : 0,
  };
}

function ofRun(id: string): Pick<AttemptRow, 'job_id' | 'run'> {
  const { jobId, run } = parseRunId(id);
  return { job_id: jobId, run };
}

function startOf({ started_at, at }: AttemptEvent): string {
  return fixedWidthTime(started_at ?? at);
}

function hearAgain(row: AttemptRow, event: AttemptEvent): void {
  const at = fixedWidthTime(event.at);
  row.started_at = earlier(row.started_at, startOf(event));
  row.figures ??= toJson(event.figures ?? null);
  if (event.speculative) row.speculative = 1;
  // That an attempt is lost is found out by another worker; everything else its own says.
  if (event.state !== 'lost') row.worker_id = plainText(event.worker_id);
  if (attemptMayMove(row.state, event.state)) {
    row.state = event.state;
    row.finished_at = at;
    row.error = errorJson(event.error);
    row.final = event.final ? 1 : 0;
  } else if (row.state === 'lost' && event.state === 'lost') {
    row.finished_at = earlier(row.finished_at, at);
    row.error ??= errorJson(event.error);
  }
}

/** A running attempt that a higher number of its run and kind has followed is lost, since the start of the first that did. */
function markOutrun(attempts: AttemptRow[]): void {
  /** By kind, ordinary or speculative: the earliest start of a higher number. */
  const followed: [string | null, string | null] = [null, null];
  for (const row of attempts.sort((a, b) => b.attempt - a.attempt)) {
    const kind = row.speculative === 1 ? 1 : 0;
    const since = followed[kind];
    if (since !== null && (row.state === 'running' || row.state === 'lost')) {
      row.state = 'lost';
      row.finished_at = earlier(row.finished_at, since);
    }
    followed[kind] = earlier(since, row.started_at);
  }
}
