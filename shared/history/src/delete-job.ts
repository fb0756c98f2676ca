/**
 * Deleting jobs. The record goes first, in one transaction with a note of what is left to remove: from then on nobody sees the job, and
 * whoever finds the note goes on where another stopped. Rows of attempts may be millions, and go some thousands at a time.
 */
import type { Kysely } from 'kysely';
import type { Deletion, Retention } from './history.js';
import { fromJson } from './json-column.js';
import type { DeletionRow, Tables } from './schema.js';

export async function deleteJob(
  db: Kysely<Tables>,
  jobId: string,
  output: boolean,
): Promise<Deletion | false | undefined> {
  return await db.transaction().execute(async trx => {
    const job = await trx.selectFrom('jobs').select(['run', 'asked']).where('job_id', '=', jobId).executeTakeFirst();
    if (job === undefined) return undefined;
    const { numDeletedRows } = await trx
      .deleteFrom('jobs')
      .where('job_id', '=', jobId)
      .where('run', '=', job.run)
      .where('finished_at', 'is not', null)
      .executeTakeFirstOrThrow();
    if (numDeletedRows !== 1n) return false;
    const { spec } = fromJson<{ spec: { output_path: string } }>(job.asked);
    const row: DeletionRow = {
      job_id: jobId,
      runs: job.run,
      output_path: spec.output_path,
      output_goes: output ? 1 : 0,
      deleted_at: new Date().toISOString(),
    };
    await trx.insertInto('deletions').values(row).execute();
    await trx.deleteFrom('idempotency_keys').where('job_id', '=', jobId).execute();
    return deletionOf(row);
  });
}

export async function deletions(db: Kysely<Tables>, limit: number): Promise<Deletion[]> {
  const rows = await db
    .selectFrom('deletions')
    .selectAll()
    .orderBy('deleted_at')
    .orderBy('job_id')
    .limit(limit)
    .execute();
  return rows.map(deletionOf);
}

function deletionOf({ job_id, runs, output_path, output_goes, deleted_at }: DeletionRow): Deletion {
  return { jobId: job_id, runs, outputPath: output_path, outputGoes: output_goes === 1, deletedAt: deleted_at };
}

export async function deleteRows(db: Kysely<Tables>, jobId: string, limit: number): Promise<boolean> {
  let left = limit;
  for (const table of ['attempts', 'tasks'] as const) {
    for (const kind of ['map', 'reduce'] as const) {
      const rows = await db
        .selectFrom(table)
        .select('task_index')
        .where('job_id', '=', jobId)
        .where('kind', '=', kind)
        .orderBy('task_index')
        .limit(left)
        .execute();
      const last = rows.at(-1);
      if (last === undefined) continue;
      await db
        .deleteFrom(table)
        .where('job_id', '=', jobId)
        .where('kind', '=', kind)
        .where('task_index', '<=', last.task_index)
        .execute();
      left -= rows.length;
      if (left <= 0) return false;
    }
  }
  return true;
}

export async function forgetDeletion(db: Kysely<Tables>, jobId: string): Promise<void> {
  await db.deleteFrom('deletions').where('job_id', '=', jobId).execute();
}

export async function expiredJobs(
  db: Kysely<Tables>,
  { endedSince, jobs }: Retention,
  limit: number,
): Promise<string[]> {
  const finished = db.selectFrom('jobs').where('finished_at', 'is not', null);
  const oldest = finished.select('job_id').orderBy('finished_at').orderBy('job_id');
  const found = new Set<string>();
  if (endedSince !== undefined) {
    const rows = await oldest.where('finished_at', '<', endedSince).limit(limit).execute();
    for (const { job_id } of rows) found.add(job_id);
  }
  if (jobs !== undefined) {
    const { count } = await finished
      .select(({ fn }) => fn.countAll<number | bigint>().as('count'))
      .executeTakeFirstOrThrow();
    const beyond = Math.min(limit, Number(count) - jobs);
    const rows = beyond > 0 ? await oldest.limit(beyond).execute() : [];
    for (const { job_id } of rows) found.add(job_id);
  }
  return [...found].slice(0, limit);
}
