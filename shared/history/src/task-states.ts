/** The states of a job's tasks, page by page, without their attempts. */
import type { Kysely } from 'kysely';
import type { TaskMove, TaskMovesQuery } from './history.js';
import type { Tables } from './schema.js';
import { stateSeen } from './task-views.js';

export async function taskStates(
  db: Kysely<Tables>,
  jobId: string,
  { limit, after }: TaskMovesQuery,
): Promise<TaskMove[]> {
  const job = await db.selectFrom('jobs').select('status').where('job_id', '=', jobId).executeTakeFirst();
  if (job === undefined) return [];
  let tasks = db.selectFrom('tasks').select(['kind', 'task_index', 'state']).where('job_id', '=', jobId);
  if (after !== undefined) {
    tasks = tasks.where(task =>
      task.or([
        task('kind', '>', after.kind),
        task.and([task('kind', '=', after.kind), task('task_index', '>', after.index)]),
      ]),
    );
  }
  const rows = await tasks.orderBy('kind').orderBy('task_index').limit(limit).execute();
  return rows.map(row => ({ kind: row.kind, index: row.task_index, state: stateSeen(row.state, job.status) }));
}
