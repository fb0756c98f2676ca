/** Reading a job's tasks with all their attempts: one, or a page. */
import { type Page, parseTaskId, type Task, taskId, taskIdSchema } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import { attemptsOf } from './attempts-of.js';
import { decodeCursor, encodeCursor, taskCursorSchema } from './cursor.js';
import type { TaskListQuery } from './history.js';
import type { Tables } from './schema.js';
import { findPositions } from './task-positions.js';
import type { TaskKey } from './task-state.js';
import { type JobOfTask, taskView } from './task-views.js';

export async function listTasks(db: Kysely<Tables>, jobId: string, query: TaskListQuery): Promise<Page<Task>> {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, taskCursorSchema);
  const job = await plannedJob(db, jobId);
  if (job === undefined) return { items: [], next_cursor: null };
  const positions = await findPositions(db, job, query, after, query.limit + 1);
  const items = await readTasks(db, job, positions.slice(0, query.limit));
  const last = items.at(-1);
  if (last === undefined || positions.length <= query.limit) return { items, next_cursor: null };
  return { items, next_cursor: encodeCursor({ kind: last.kind, index: last.index }) };
}

export async function findTask(db: Kysely<Tables>, jobId: string, id: string): Promise<Task | undefined> {
  const [task] = await findTasks(db, jobId, [id]);
  return task;
}

export async function findTasks(db: Kysely<Tables>, jobId: string, ids: readonly string[]): Promise<Task[]> {
  const ofJob = ids
    .filter(id => taskIdSchema.safeParse(id).success)
    .map(parseTaskId)
    .filter(parsed => parsed.jobId === jobId);
  const job = ofJob.length === 0 ? undefined : await plannedJob(db, jobId);
  if (job === undefined) return [];
  return readTasks(
    db,
    job,
    ofJob.filter(({ kind, index }) => index < job[`${kind}_total`]),
  );
}

function plannedJob(db: Kysely<Tables>, jobId: string) {
  return db
    .selectFrom('jobs')
    .select(['job_id', 'status', 'finished_at', 'map_total', 'reduce_total', 'run', 'map_run', 'reduce_run'])
    .where('job_id', '=', jobId)
    .executeTakeFirst();
}

async function readTasks(db: Kysely<Tables>, job: JobOfTask, keys: readonly TaskKey[]): Promise<Task[]> {
  const idOf = ({ kind, index }: TaskKey) => taskId(job.job_id, kind, index);
  const attempts = await attemptsOf(db, keys.map(idOf));
  return keys.map(key => taskView(job, key, attempts.get(idOf(key)) ?? []));
}
