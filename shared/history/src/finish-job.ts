/** The end of a job, as its verdict says. */
import { jobStatusesBefore, parseRunId, type Verdict } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { JobChange } from './history.js';
import { statusColumns, statusView } from './job-views.js';
import { errorJson, toJson } from './json-column.js';
import type { Tables } from './schema.js';
import { fixedWidthTime } from './utc-time.js';

/**
 * Returns the change; undefined if the job had ended before, or is unknown, or is in another run.
 *
 * One conditional update: the first verdict of the run that the job is in wins. Tasks and attempts stay as the news left them, and read as ended
 * from now on (`task-views.ts`, `job-views.ts`), so that news behind the verdict still says how each attempt ended.
 */
export async function finishJob(db: Kysely<Tables>, verdict: Verdict): Promise<JobChange | undefined> {
  const { jobId, run } = parseRunId(verdict.job_id);
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set({
      status: verdict.status,
      finished_at: fixedWidthTime(verdict.finished_at),
      error: errorJson(verdict.error),
      output: toJson(verdict.output),
      counters: toJson(verdict.counters),
    })
    .where('job_id', '=', jobId)
    .where('run', '=', run)
    .where('status', 'in', jobStatusesBefore(verdict.status))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n ? await movedJob(db, jobId) : undefined;
}

/** How a job stands whose status has just changed. */
export async function movedJob(db: Kysely<Tables>, jobId: string): Promise<JobChange> {
  const row = await db
    .selectFrom('jobs')
    .select([...statusColumns, 'client_id', 'run'])
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  return { clientId: row.client_id, run: row.run, status: statusView(row), moved: true, tasks: [] };
}
