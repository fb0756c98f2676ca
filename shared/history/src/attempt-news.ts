/**
 * What news of attempts makes of a task's attempts. The result is a function of the set of news, not of its order:
 * moves follow the table of legal ones, times are the earliest heard of, and "lost" is worked out anew each time.
 *
 * Example: `running 1`, `running 2`, `committed 2` leave attempt 1 lost and attempt 2 committed; so do
 * `committed 2`, `running 1`, `committed 2`, `running 2`.
 */
import { type AttemptEvent, attemptMayMove, parseTaskId } from '@gridmr/contracts';
import { plainText, toJson } from './json-column.js';
import type { AttemptRow } from './schema.js';
import { earlier, fixedWidthTime } from './utc-time.js';

/** The attempts of one task, by number. */
export type TaskAttempts = Map<number, AttemptRow>;

/** Changes `attempts` by one piece of news. */
export function applyAttempt(attempts: TaskAttempts, event: AttemptEvent): void {
  const row = attempts.get(event.attempt);
  if (row === undefined) attempts.set(event.attempt, firstHeard(event));
  else hearAgain(row, event);
  markOutrun(attempts);
}

function firstHeard(event: AttemptEvent): AttemptRow {
  const { jobId, kind, index } = parseTaskId(event.task_id);
  const at = fixedWidthTime(event.at);
  return {
    job_id: jobId,
    kind,
    task_index: index,
    attempt: event.attempt,
    state: event.state,
    worker_id: plainText(event.worker_id),
    started_at: startOf(event),
    finished_at: event.state === 'running' ? null : at,
    error: toJson(event.error),
    final: event.final ? 1 : 0,
    figures: toJson(event.figures ?? null),
  };
}

function startOf({ started_at, at }: AttemptEvent): string {
  return fixedWidthTime(started_at ?? at);
}

function hearAgain(row: AttemptRow, event: AttemptEvent): void {
  const at = fixedWidthTime(event.at);
  row.started_at = earlier(row.started_at, startOf(event));
  row.figures ??= toJson(event.figures ?? null);
  // That an attempt is lost is found out by another worker; everything else its own says.
  if (event.state !== 'lost') row.worker_id = plainText(event.worker_id);
  if (attemptMayMove(row.state, event.state)) {
    row.state = event.state;
    row.finished_at = at;
    row.error = toJson(event.error);
    row.final = event.final ? 1 : 0;
  } else if (row.state === 'lost' && event.state === 'lost') {
    row.finished_at = earlier(row.finished_at, at);
    row.error ??= toJson(event.error);
  }
}

/** A running attempt that a higher number has followed is lost, since the start of the first that did. */
function markOutrun(attempts: TaskAttempts): void {
  let followed: string | null = null;
  for (const row of [...attempts.values()].sort((a, b) => b.attempt - a.attempt)) {
    if (followed !== null && (row.state === 'running' || row.state === 'lost')) {
      row.state = 'lost';
      row.finished_at = earlier(row.finished_at, followed);
    }
    followed = earlier(followed, row.started_at);
  }
}
