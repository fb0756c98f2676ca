/** The end of a job, as its verdict says. */
import { jobStatusesBefore, parseRunId, type Verdict } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { JobChange } from './history.js';
import { type StatusRow, statusColumns, statusView } from './job-views.js';
import { errorJson, toJson } from './json-column.js';
import type { JobRow, Tables } from './schema.js';
import { fixedWidthTime } from './utc-time.js';

const movedColumns = [...statusColumns, 'client_id', 'run'] as const;

/**
 * Returns the change; undefined if the job had ended before, or is unknown, or is in another run.
 *
 * One conditional update: the first verdict of the run that the job is in wins. Tasks and attempts stay as the news left them, and read as ended
 * from now on (`task-views.ts`, `job-views.ts`), so that news behind the verdict still says how each attempt ended.
 */
export async function finishJob(db: Kysely<Tables>, verdict: Verdict): Promise<JobChange | undefined> {
  const { jobId, run } = parseRunId(verdict.job_id);
  const row = await db
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
    .returning(movedColumns)
    .executeTakeFirst();
  return row && changeOf(row);
}

/** How a job stands whose status has just changed. */
export async function movedJob(db: Kysely<Tables>, jobId: string): Promise<JobChange> {
  const row = await db.selectFrom('jobs').select(movedColumns).where('job_id', '=', jobId).executeTakeFirstOrThrow();
  return changeOf(row);
}

function changeOf(row: StatusRow & Pick<JobRow, 'client_id' | 'run'>): JobChange {
  return { clientId: row.client_id, run: row.run, status: statusView(row), moved: true, tasks: [] };
}
