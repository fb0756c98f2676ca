/** What is to be known of jobs before a straggler gets a second attempt, and the count that bounds these. */
import { parseRunId, runId, type TaskKind } from '@gridmr/contracts';
import { type Kysely, sql } from 'kysely';
import type { PhaseNearEnd } from './history.js';
import type { Tables } from './schema.js';

const percentAll = 100;

/** Of the index `jobs_in_a_phase`, word for word, or no database uses it. It is asked twice a second. */
const isInPhase = sql<boolean>`finished_at is null and speculative = 1
  and (map_completed > 0 and map_completed < map_total or reduce_completed > 0 and reduce_completed < reduce_total)`;

export async function phasesNearEnd(db: Kysely<Tables>, percent: number, limit: number): Promise<PhaseNearEnd[]> {
  const isEnough = (kind: TaskKind) =>
    sql<boolean>`${sql.ref(`${kind}_completed`)} * ${sql.lit(percentAll)} >= ${sql.ref(`${kind}_total`)} * ${sql.lit(percent)}`;
  const rows = await db
    .selectFrom('jobs')
    .select(['job_id', 'run', 'map_total', 'map_completed', 'reduce_total'])
    .where(isInPhase)
    .where(sql<boolean>`case when map_completed < map_total then ${isEnough('map')} else ${isEnough('reduce')} end`)
    .orderBy('job_id')
    .limit(limit)
    .execute();
  return rows.map(row => {
    const kind: TaskKind = row.map_completed < row.map_total ? 'map' : 'reduce';
    return { jobId: runId(row.job_id, row.run), kind, tasks: row[`${kind}_total`] };
  });
}

export async function medianAttemptMs(
  db: Kysely<Tables>,
  ofRun: string,
  kind: TaskKind,
  limit: number,
): Promise<number | undefined> {
  const { jobId, run } = parseRunId(ofRun);
  const rows = await db
    .selectFrom('attempts')
    .select(['started_at', 'finished_at'])
    .where('job_id', '=', jobId)
    .where('run', '=', run)
    .where('kind', '=', kind)
    .where('state', '=', 'committed')
    .orderBy('task_index')
    .limit(limit)
    .execute();
  const times = rows.map(row => Date.parse(row.finished_at ?? row.started_at) - Date.parse(row.started_at));
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** One conditional update, so that the bound holds whoever asks. */
export async function countSpeculation(
  db: Kysely<Tables>,
  ofRun: string,
  kind: TaskKind,
  max: number,
): Promise<boolean> {
  const { jobId, run } = parseRunId(ofRun);
  const column = `${kind}_speculated` as const;
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set(job => ({ [column]: job(column, '+', 1) }))
    .where('job_id', '=', jobId)
    .where('run', '=', run)
    .where(column, '<', max)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}
