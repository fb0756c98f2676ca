/** The end of a job, as its verdict says. */
import { jobStatusesBefore, type Verdict } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { JobChange } from './history.js';
import { statusColumns, statusView } from './job-views.js';
import { toJson } from './json-column.js';
import type { Tables } from './schema.js';
import { fixedWidthTime } from './utc-time.js';

/**
 * Returns the change; undefined if the job had ended before, or is unknown.
 *
 * One conditional update: the first verdict wins. Tasks and attempts stay as the news left them, and read as ended from
 * now on (`task-views.ts`, `job-views.ts`), so that news behind the verdict still says how each attempt ended.
 */
export async function finishJob(db: Kysely<Tables>, verdict: Verdict): Promise<JobChange | undefined> {
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set({
      status: verdict.status,
      finished_at: fixedWidthTime(verdict.finished_at),
      error: toJson(verdict.error),
      output: toJson(verdict.output),
      counters: toJson(verdict.counters),
    })
    .where('job_id', '=', verdict.job_id)
    .where('status', 'in', jobStatusesBefore(verdict.status))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n ? await endOf(db, verdict.job_id) : undefined;
}

async function endOf(db: Kysely<Tables>, jobId: string): Promise<JobChange> {
  const row = await db
    .selectFrom('jobs')
    .select([...statusColumns, 'client_id'])
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  return { clientId: row.client_id, status: statusView(row), moved: true, tasks: [] };
}
