/** What is told of a job as a whole: when its phases began, how its committed attempts went. */
import type { AttemptFigures } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { CommittedAttempt, PhaseTimes, TaskMovesQuery } from './history.js';
import { fromJson } from './json-column.js';
import type { Tables } from './schema.js';

export async function phaseTimes(db: Kysely<Tables>, jobId: string): Promise<PhaseTimes> {
  const row = await db.selectFrom('jobs').select('phase_times').where('job_id', '=', jobId).executeTakeFirst();
  return fromJson<PhaseTimes | null>(row?.phase_times ?? null) ?? {};
}

export async function committedAttempts(
  db: Kysely<Tables>,
  jobId: string,
  { limit, after }: TaskMovesQuery,
): Promise<CommittedAttempt[]> {
  let attempts = db
    .selectFrom('attempts')
    .innerJoin('jobs', 'jobs.job_id', 'attempts.job_id')
    .select(['kind', 'task_index', 'attempts.started_at', 'attempts.finished_at', 'figures'])
    .where('attempts.job_id', '=', jobId)
    .where('state', '=', 'committed')
    // Of earlier runs only what still counts.
    .where(attempt =>
      attempt.or([
        attempt.and([attempt('kind', '=', 'map'), attempt('attempts.run', '>=', attempt.ref('map_run'))]),
        attempt.and([attempt('kind', '=', 'reduce'), attempt('attempts.run', '>=', attempt.ref('reduce_run'))]),
      ]),
    );
  if (after !== undefined) {
    attempts = attempts.where(attempt =>
      attempt.or([
        attempt('kind', '>', after.kind),
        attempt.and([attempt('kind', '=', after.kind), attempt('task_index', '>', after.index)]),
      ]),
    );
  }
  const rows = await attempts
    .orderBy('kind')
    .orderBy('task_index')
    .orderBy('attempts.run')
    .orderBy('attempt')
    .limit(limit)
    .execute();
  // A task whose output was damaged has been committed again: the last one counts.
  const last = rows.filter((row, i) => row.kind !== rows[i + 1]?.kind || row.task_index !== rows[i + 1]?.task_index);
  return last.map(row => ({
    kind: row.kind,
    index: row.task_index,
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? row.started_at,
    figures: fromJson<AttemptFigures | null>(row.figures),
  }));
}
