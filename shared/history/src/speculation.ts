/** What is to be known of jobs before a straggler gets a second attempt, and the count that bounds these. */
import type { TaskKind } from '@gridmr/contracts';
import { type Kysely, sql } from 'kysely';
import type { PhaseNearEnd } from './history.js';
import type { Tables } from './schema.js';

const percentAll = 100;

/** One statement over the index of unfinished jobs, since it is asked twice a second. */
export async function phasesNearEnd(db: Kysely<Tables>, percent: number, limit: number): Promise<PhaseNearEnd[]> {
  const isNearEnd = (kind: TaskKind) => {
    const [total, completed] = [sql.ref(`${kind}_total`), sql.ref(`${kind}_completed`)];
    const isEnough = sql<boolean>`${completed} * ${sql.lit(percentAll)} >= ${total} * ${sql.lit(percent)}`;
    return sql<boolean>`(${completed} > 0 and ${completed} < ${total} and ${isEnough})`;
  };
  const rows = await db
    .selectFrom('jobs')
    .select(['job_id', 'map_total', 'map_completed', 'reduce_total'])
    .where('finished_at', 'is', null)
    .where('status', '=', 'running')
    .where('speculative', '=', 1)
    .where(sql<boolean>`(${isNearEnd('map')} or ${isNearEnd('reduce')})`)
    .orderBy('job_id')
    .limit(limit)
    .execute();
  return rows.map(row => {
    const kind: TaskKind = row.map_completed < row.map_total ? 'map' : 'reduce';
    return { jobId: row.job_id, kind, tasks: row[`${kind}_total`] };
  });
}

export async function medianAttemptMs(
  db: Kysely<Tables>,
  jobId: string,
  kind: TaskKind,
  limit: number,
): Promise<number | undefined> {
  const rows = await db
    .selectFrom('attempts')
    .select(['started_at', 'finished_at'])
    .where('job_id', '=', jobId)
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
  jobId: string,
  kind: TaskKind,
  max: number,
): Promise<boolean> {
  const column = `${kind}_speculated` as const;
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set(job => ({ [column]: job(column, '+', 1) }))
    .where('job_id', '=', jobId)
    .where(column, '<', max)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}
