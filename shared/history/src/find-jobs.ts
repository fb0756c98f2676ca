/** Reading jobs: one, a page, or the ids of those that have not ended. */
import {
  type AskedJob,
  historyLimits,
  type Job,
  type JobListQuery,
  type JobStatusView,
  type Page,
  parseRunId,
  runId,
} from '@gridmr/contracts';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { decodeCursor, encodeCursor, jobCursorSchema } from './cursor.js';
import { jobView, statusColumns, statusView } from './job-views.js';
import { fromJson, plainText } from './json-column.js';
import type { Tables } from './schema.js';
import { fixedWidthTime } from './utc-time.js';

export async function askedJob(db: Kysely<Tables>, jobId: string): Promise<AskedJob | undefined> {
  const row = await db.selectFrom('jobs').select('asked').where('job_id', '=', jobId).executeTakeFirst();
  return row && fromJson<AskedJob>(row.asked);
}

export async function ownerOf(db: Kysely<Tables>, jobId: string): Promise<string | undefined> {
  const row = await db.selectFrom('jobs').select('client_id').where('job_id', '=', jobId).executeTakeFirst();
  return row?.client_id;
}

export async function findJob(db: Kysely<Tables>, jobId: string): Promise<Job | undefined> {
  const row = await db.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  return row && jobView(row);
}

export async function findStatus(db: Kysely<Tables>, jobId: string): Promise<JobStatusView | undefined> {
  const row = await db.selectFrom('jobs').select(statusColumns).where('job_id', '=', jobId).executeTakeFirst();
  return row && statusView(row);
}

/**
 * Looks at how long the specifications are before it reads them, which neither database reads them for: a page ends at `limit` jobs,
 * or earlier at `jobPageBytesMax`, and has one job at least.
 */
export async function listJobs(db: Kysely<Tables>, query: JobListQuery): Promise<Page<Job>> {
  const found = await newestFirst(matching(db.selectFrom('jobs'), query))
    .select(['job_id', 'created_at', sql<number>`octet_length(asked)`.as('bytes')])
    .limit(query.limit + 1)
    .execute();
  const page = found.slice(0, Math.min(query.limit, fittingJobs(found)));
  const last = page.at(-1);
  if (last === undefined) return { items: [], next_cursor: null };
  const ids = page.map(row => row.job_id);
  const rows = await newestFirst(db.selectFrom('jobs').where('job_id', 'in', ids))
    .selectAll()
    .execute();
  const isLast = found.length === page.length;
  return {
    items: rows.map(jobView),
    next_cursor: isLast ? null : encodeCursor({ created_at: last.created_at, job_id: last.job_id }),
  };
}

function fittingJobs(found: readonly { readonly bytes: number }[]): number {
  let bytes = 0;
  const over = found.findIndex(row => {
    bytes += row.bytes;
    return bytes > historyLimits.jobPageBytesMax;
  });
  return over === -1 ? found.length : Math.max(1, over);
}

function newestFirst(jobs: Jobs): Jobs {
  return jobs.orderBy('created_at', 'desc').orderBy('job_id', 'desc');
}

type Jobs = SelectQueryBuilder<Tables, 'jobs', object>;

function matching(jobs: Jobs, query: JobListQuery): Jobs {
  const { status, name, search, client_id, created_after, created_before, cursor } = query;
  let found = jobs;
  if (status !== undefined) found = found.where('status', '=', status);
  if (name !== undefined) found = found.where('name', '=', plainText(name));
  if (search !== undefined) found = found.where(nameHolds(search));
  if (client_id !== undefined) found = found.where('client_id', '=', plainText(client_id));
  if (created_after !== undefined) found = found.where('created_at', '>', fixedWidthTime(created_after));
  if (created_before !== undefined) found = found.where('created_at', '<', fixedWidthTime(created_before));
  if (cursor === undefined) return found;
  const last = decodeCursor(cursor, jobCursorSchema);
  return found.where(job =>
    job.or([
      job('created_at', '<', last.created_at),
      job.and([job('created_at', '=', last.created_at), job('job_id', '<', last.job_id)]),
    ]),
  );
}

/** Whether capitals matter, both databases decide for pattern and name alike. */
function nameHolds(text: string) {
  const pattern = `%${plainText(text).replace(/[%_!]/g, '!$&')}%`;
  return sql<boolean>`lower(name) like lower(${pattern}) escape '!'`;
}

/** The run that a job is in. */
export async function currentRun(db: Kysely<Tables>, jobId: string): Promise<string | undefined> {
  const row = await db.selectFrom('jobs').select('run').where('job_id', '=', jobId).executeTakeFirst();
  return row && runId(jobId, row.run);
}

/** Job ids sort by the time of submission. The condition is that of the index: only jobs that have ended have a time of it. */
export async function unfinishedJobs(db: Kysely<Tables>, limit: number, after?: string): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['job_id', 'run'])
    .where('finished_at', 'is', null)
    .$if(after !== undefined, jobs => jobs.where('job_id', '>', parseRunId(after ?? '').jobId))
    .orderBy('job_id')
    .limit(limit)
    .execute();
  return rows.map(row => runId(row.job_id, row.run));
}

/** Few of all jobs have not ended: the index of these alone is asked. */
export async function countUnfinishedJobs(db: Kysely<Tables>, clientId: string): Promise<number> {
  const { jobs } = await db
    .selectFrom('jobs')
    .select(query => query.fn.countAll().as('jobs'))
    .where('finished_at', 'is', null)
    .where('client_id', '=', plainText(clientId))
    .executeTakeFirstOrThrow();
  return Number(jobs);
}
