/**
 * A new run of a job that has failed or was cancelled. One conditional update: of several retries at once the first wins.
 *
 * Attempts stay, as those of their run. What they make of their tasks follows from the runs that count from now on
 * (`task-state.ts`): so rows of tasks stay where a commit still counts, and go where it does not.
 */
import { type AskedJob, jobStatusesBefore, parseRunId } from '@gridmr/contracts';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.js';

/** Returns whether this is the run that the job is in from now on. */
export async function retryJob(db: Kysely<Tables>, asked: AskedJob): Promise<boolean> {
  const { jobId, run } = parseRunId(asked.job_id);
  return await db.transaction().execute(async trx => {
    const ended = await endedRun(trx, jobId, run - 1);
    const keeps = asked.goes_on_from;
    const { numUpdatedRows } = await trx
      .updateTable('jobs')
      .set({ ...begun, asked: JSON.stringify(asked), run })
      .set(keeps?.map ? {} : { map_run: run, map_completed: 0 })
      .set(keeps?.reduce ? {} : { reduce_run: run, reduce_completed: 0 })
      .where('job_id', '=', jobId)
      .where('run', '=', run - 1)
      .where('status', 'in', jobStatusesBefore('queued'))
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) return false;
    await endAttempts(trx, jobId, ended?.finished_at ?? null);
    const stays = [...(keeps?.map ? (['map'] as const) : []), ...(keeps?.reduce ? (['reduce'] as const) : [])];
    await trx
      .deleteFrom('tasks')
      .where('job_id', '=', jobId)
      .where(task =>
        task.or([
          task('state', '!=', 'completed'),
          ...(stays.length > 0 ? [task('kind', 'not in', stays)] : [task.lit(true)]),
        ]),
      )
      .execute();
    return true;
  });
}

const begun = {
  ...({ status: 'queued', phase: null, started_at: null, finished_at: null } as const),
  ...{ output: null, error: null, counters: null, phase_times: null },
  ...{ map_speculated: 0, reduce_speculated: 0 },
  ...{ map_running: 0, map_failed: 0, reduce_running: 0, reduce_failed: 0 },
};

function endedRun(trx: Transaction<Tables>, jobId: string, run: number) {
  return trx
    .selectFrom('jobs')
    .select('finished_at')
    .where('job_id', '=', jobId)
    .where('run', '=', run)
    .executeTakeFirst();
}

/** They ended with their run, unless news still on its way says more. */
async function endAttempts(trx: Transaction<Tables>, jobId: string, at: string | null): Promise<void> {
  await trx
    .updateTable('attempts')
    .set({ finished_at: at })
    .where('job_id', '=', jobId)
    .where('state', '=', 'running')
    .where('finished_at', 'is', null)
    .execute();
}
