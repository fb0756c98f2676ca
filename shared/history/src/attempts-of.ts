/** The recorded attempts of some tasks, or the highest number of a job's, in one statement. */
import { parseRunId, parseTaskId, type TaskKind, taskId } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { AttemptRow, Tables } from './schema.js';

/** Of one run. */
export async function highestAttempt(db: Kysely<Tables>, runId: string): Promise<number> {
  const { jobId, run } = parseRunId(runId);
  const row = await db
    .selectFrom('attempts')
    .select(({ fn }) => fn.max('attempt').as('highest'))
    .where('job_id', '=', jobId)
    .where('run', '=', run)
    .executeTakeFirst();
  return row?.highest ?? 0;
}

/** By task id, in order of runs and numbers. Tasks without attempts are absent. */
export async function attemptsOf(db: Kysely<Tables>, taskIds: readonly string[]): Promise<Map<string, AttemptRow[]>> {
  if (taskIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('attempts')
    .selectAll()
    .where(attempt =>
      attempt.or(
        groupTasks(taskIds).map(({ jobId, kind, indices }) =>
          attempt.and([
            attempt('job_id', '=', jobId),
            attempt('kind', '=', kind),
            attempt('task_index', 'in', indices),
          ]),
        ),
      ),
    )
    .orderBy('run')
    .orderBy('attempt')
    .execute();
  const byTask = new Map<string, AttemptRow[]>();
  for (const row of rows) {
    const id = taskId(row.job_id, row.kind, row.task_index);
    const attempts = byTask.get(id);
    if (attempts === undefined) byTask.set(id, [row]);
    else attempts.push(row);
  }
  return byTask;
}

interface TaskGroup {
  readonly jobId: string;
  readonly kind: TaskKind;
  readonly indices: number[];
}

/** News mostly is of one job and kind, which then is one range of the primary key. */
function groupTasks(taskIds: readonly string[]): TaskGroup[] {
  const groups = new Map<string, TaskGroup>();
  for (const id of taskIds) {
    const { jobId, kind, index } = parseTaskId(id);
    const name = `${jobId}-${kind}`;
    const group = groups.get(name) ?? { jobId, kind, indices: [] };
    group.indices.push(index);
    groups.set(name, group);
  }
  return [...groups.values()];
}
