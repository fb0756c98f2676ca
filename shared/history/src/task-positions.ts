/**
 * Which tasks a page of a job's tasks shows. A plan's tasks are positions: map 0 … M−1, then reduce 0 … R−1. Only those
 * that something is known of have a row; the others are pending. So a page without a filter is counted off, one of a
 * state that pending tasks cannot be in is read from rows, and one that they can be in is the gaps between other rows.
 */
import { historyLimits, type TaskKind, type TaskState, taskKindSchema, taskStateSchema } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { TaskCursor } from './cursor.js';
import type { TaskListQuery } from './history.js';
import type { JobRow, Tables } from './schema.js';
import type { TaskKey } from './task-state.js';
import { stateSeen } from './task-views.js';

type PlannedJob = Pick<JobRow, 'job_id' | 'status' | 'map_total' | 'reduce_total'>;

/** Positions of one kind, [start, end). */
interface Span {
  readonly kind: TaskKind;
  readonly start: number;
  readonly end: number;
}

/** The first `limit` tasks after `cursor` that `query` asks for. */
export async function findPositions(
  db: Kysely<Tables>,
  job: PlannedJob,
  query: Pick<TaskListQuery, 'kind' | 'state'>,
  after: TaskCursor | undefined,
  limit: number,
): Promise<TaskKey[]> {
  const found: TaskKey[] = [];
  for (const span of spansOf(job, query.kind, after)) {
    const indices = await indicesIn(db, job, span, query.state, limit - found.length);
    for (const index of indices) found.push({ kind: span.kind, index });
    if (found.length === limit) break;
  }
  return found;
}

function spansOf(job: PlannedJob, only: TaskKind | undefined, after: TaskCursor | undefined): Span[] {
  const kinds = taskKindSchema.options;
  return kinds
    .filter(kind => only === undefined || kind === only)
    .filter(kind => after === undefined || kinds.indexOf(kind) >= kinds.indexOf(after.kind))
    .map(kind => ({ kind, start: kind === after?.kind ? after.index + 1 : 0, end: job[`${kind}_total`] }));
}

async function indicesIn(
  db: Kysely<Tables>,
  job: PlannedJob,
  span: Span,
  state: TaskState | undefined,
  limit: number,
): Promise<number[]> {
  const all = taskStateSchema.options;
  const recorded = state === undefined ? all : all.filter(each => stateSeen(each, job.status) === state);
  if (recorded.length === 0) return [];
  if (recorded.length === all.length) return countOff(span, new Set(), limit);
  if (!recorded.includes('pending')) return await rowsIn(db, job.job_id, span, recorded, limit);
  const others = all.filter(each => !recorded.includes(each));
  return await gapsIn(db, job.job_id, span, others, limit);
}

/** Positions without the `taken` ones. */
function countOff(span: Span, taken: ReadonlySet<number>, limit: number): number[] {
  const indices: number[] = [];
  for (let index = span.start; index < span.end && indices.length < limit; index++) {
    if (!taken.has(index)) indices.push(index);
  }
  return indices;
}

async function rowsIn(
  db: Kysely<Tables>,
  jobId: string,
  span: Span,
  states: TaskState[],
  limit: number,
): Promise<number[]> {
  const rows = await db
    .selectFrom('tasks')
    .select('task_index')
    .where('job_id', '=', jobId)
    .where('kind', '=', span.kind)
    .where('state', 'in', states)
    .where('task_index', '>=', span.start)
    .where('task_index', '<', span.end)
    .orderBy('task_index')
    .limit(limit)
    .execute();
  return rows.map(row => row.task_index);
}

/** Window by window, so that memory is bounded however many tasks stand between two gaps. */
async function gapsIn(
  db: Kysely<Tables>,
  jobId: string,
  span: Span,
  states: TaskState[],
  limit: number,
): Promise<number[]> {
  const indices: number[] = [];
  for (let start = span.start; start < span.end && indices.length < limit; start += historyLimits.taskWindow) {
    const window = { kind: span.kind, start, end: Math.min(span.end, start + historyLimits.taskWindow) };
    const taken = await rowsIn(db, jobId, window, states, historyLimits.taskWindow);
    indices.push(...countOff(window, new Set(taken), limit - indices.length));
  }
  return indices;
}
