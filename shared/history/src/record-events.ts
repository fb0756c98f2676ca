/**
 * News into rows, one transaction a call: lock the jobs it is about, read the attempts it is about, apply it in memory
 * (`job-news.ts`, `attempt-news.ts`), write what changed. A batch of 200 pieces of news of one job takes five
 * statements. Jobs are locked in the order of their ids, so that two API processes never wait for each other.
 */
import {
  type AttemptEvent,
  inPieces,
  isFinished,
  type JobEvent,
  parseRunId,
  parseTaskId,
  publicTaskId,
  queueLimits,
  type TaskState,
  type Verdict,
} from '@gridmr/contracts';
import type { Kysely, Transaction } from 'kysely';
import { applyAttempt, attemptKey, type TaskAttempts } from './attempt-news.js';
import { attemptsOf } from './attempts-of.js';
import { finishJob } from './finish-job.js';
import type { JobChange, TaskMove } from './history.js';
import { applyPhase, applyPlanned, countTask, type NewsRow, newsColumns, runColumns } from './job-news.js';
import { statusView } from './job-views.js';
import type { AttemptRow, JobRow, Tables } from './schema.js';
import { countedRuns, taskStateOf } from './task-state.js';

/** Locks rows where the database has row locks. */
export type RowLocks = 'row locks' | 'one writer';

/**
 * Returns what it has changed, by job.
 * @param verdicts of jobs that some of the news say have finished: these end in the same transaction
 */
export async function recordEvents(
  db: Kysely<Tables>,
  locks: RowLocks,
  events: readonly JobEvent[],
  verdicts: readonly Verdict[] = [],
): Promise<JobChange[]> {
  if (events.length === 0) return [];
  return await db.transaction().execute(async trx => {
    const jobs = await lockJobs(trx, locks, [...new Set(events.map(jobOf))]);
    const known = events.filter(event => jobs.has(jobOf(event)));
    for (const piece of inPieces(known, queueLimits.eventsPerHandlingMax)) await recordBatch(trx, jobs, piece);
    await updateJobs(trx, jobs);
    const changes = [...jobs.values()].filter(hasChanged).map(changeOf);
    for (const verdict of verdicts) {
      const ended = await finishJob(trx, verdict);
      if (ended !== undefined) changes.push(ended);
    }
    return changes;
  });
}

/** The job whose run the news is about. */
function jobOf({ job_id }: JobEvent): string {
  return parseRunId(job_id).jobId;
}

type LockedRow = NewsRow & Pick<JobRow, 'client_id' | 'error'>;

interface LockedJob {
  readonly row: LockedRow;
  readonly before: LockedRow;
  readonly moves: TaskMove[];
}

function hasChanged({ row, before, moves }: LockedJob): boolean {
  return moves.length > 0 || newsColumns.some(column => row[column] !== before[column]);
}

function changeOf({ row, before, moves }: LockedJob): JobChange {
  // Late news may tell the phase of a job that has ended.
  const moved = row.status !== before.status || (row.phase !== before.phase && !isFinished(row.status));
  return { clientId: row.client_id, run: row.run, status: statusView(row), moved, tasks: moves };
}

async function lockJobs(trx: Transaction<Tables>, locks: RowLocks, ids: string[]): Promise<Map<string, LockedJob>> {
  const rows = await trx
    .selectFrom('jobs')
    .select(['job_id', 'client_id', 'error', ...newsColumns, ...runColumns])
    .where('job_id', 'in', ids)
    .orderBy('job_id')
    .$if(locks === 'row locks', query => query.forUpdate())
    .execute();
  return new Map(rows.map(row => [row.job_id, { row, before: { ...row }, moves: [] }]));
}

async function recordBatch(
  trx: Transaction<Tables>,
  jobs: ReadonlyMap<string, LockedJob>,
  events: readonly JobEvent[],
): Promise<void> {
  const ofAttempts: AttemptEvent[] = [];
  for (const event of events) {
    const job = jobs.get(jobOf(event))?.row;
    if (job === undefined) continue;
    // What an earlier run comes to is news of its attempts only.
    const isCurrent = parseRunId(event.job_id).run === job.run;
    if (event.type === 'planned' && isCurrent) applyPlanned(job, event);
    if (event.type === 'phase' && isCurrent) applyPhase(job, event.phase, event.at);
    if (event.type === 'attempt' && parseTaskId(event.task_id).jobId === event.job_id) ofAttempts.push(event);
  }
  if (ofAttempts.length > 0) await recordAttempts(trx, jobs, ofAttempts);
}

async function recordAttempts(
  trx: Transaction<Tables>,
  jobs: ReadonlyMap<string, LockedJob>,
  events: readonly AttemptEvent[],
): Promise<void> {
  const tasks = await knownAttempts(trx, events);
  const before = new Map([...tasks].map(([id, attempts]) => [id, stateIn(jobs, id, attempts)]));
  for (const [id, attempts] of tasks) countInJob(jobs, id, attempts, -1);
  for (const event of events) {
    const attempts = tasks.get(publicTaskId(event.task_id));
    if (attempts !== undefined) applyAttempt(attempts, event);
  }
  for (const [id, attempts] of tasks) countInJob(jobs, id, attempts, 1);
  for (const [id, attempts] of tasks) noteMove(jobs, id, before.get(id), stateIn(jobs, id, attempts));
  await writeTasks(trx, jobs, tasks);
}

/** Undefined if the task is of no job that is known. */
function stateIn(jobs: ReadonlyMap<string, LockedJob>, id: string, attempts: TaskAttempts): TaskState | undefined {
  const { jobId, kind } = parseTaskId(id);
  const job = jobs.get(jobId)?.row;
  return job && taskStateOf(attempts.values(), countedRuns(job, kind));
}

function noteMove(
  jobs: ReadonlyMap<string, LockedJob>,
  id: string,
  before: TaskState | undefined,
  state: TaskState | undefined,
): void {
  if (state === before || state === undefined) return;
  const { jobId, kind, index } = parseTaskId(id);
  jobs.get(jobId)?.moves.push({ kind, index, state });
}

/** The attempts of every task that `events` are about, by task id; without any for a task heard of the first time. */
async function knownAttempts(
  trx: Transaction<Tables>,
  events: readonly AttemptEvent[],
): Promise<Map<string, TaskAttempts>> {
  const ids = [...new Set(events.map(event => publicTaskId(event.task_id)))];
  const rows = await attemptsOf(trx, ids);
  return new Map(ids.map(id => [id, new Map(rows.get(id)?.map(row => [attemptKey(row), row]))]));
}

function countInJob(jobs: ReadonlyMap<string, LockedJob>, id: string, attempts: TaskAttempts, sign: 1 | -1): void {
  const { jobId, kind } = parseTaskId(id);
  const job = jobs.get(jobId);
  if (job !== undefined) countTask(job.row, kind, attempts, sign);
}

async function writeTasks(
  trx: Transaction<Tables>,
  jobs: ReadonlyMap<string, LockedJob>,
  tasks: ReadonlyMap<string, TaskAttempts>,
): Promise<void> {
  const states = [...tasks].flatMap(([id, attempts]) => {
    const { jobId, kind, index } = parseTaskId(id);
    const state = stateIn(jobs, id, attempts);
    return state === undefined ? [] : [{ job_id: jobId, kind, task_index: index, state }];
  });
  await trx
    .insertInto('tasks')
    .values(states)
    .onConflict(conflict =>
      conflict.columns(['job_id', 'kind', 'task_index']).doUpdateSet(row => ({ state: row.ref('excluded.state') })),
    )
    .execute();
  const rows: AttemptRow[] = [...tasks.values()].flatMap(attempts => [...attempts.values()]);
  await trx
    .insertInto('attempts')
    .values(rows)
    .onConflict(conflict =>
      conflict.columns(['job_id', 'kind', 'task_index', 'run', 'attempt']).doUpdateSet(row => ({
        state: row.ref('excluded.state'),
        worker_id: row.ref('excluded.worker_id'),
        started_at: row.ref('excluded.started_at'),
        finished_at: row.ref('excluded.finished_at'),
        error: row.ref('excluded.error'),
        final: row.ref('excluded.final'),
        figures: row.ref('excluded.figures'),
        speculative: row.ref('excluded.speculative'),
      })),
    )
    .execute();
}

async function updateJobs(trx: Transaction<Tables>, jobs: ReadonlyMap<string, LockedJob>): Promise<void> {
  for (const [jobId, { row, before }] of jobs) {
    if (newsColumns.every(column => row[column] === before[column])) continue;
    const changes = Object.fromEntries(newsColumns.map(column => [column, row[column]]));
    await trx.updateTable('jobs').set(changes).where('job_id', '=', jobId).execute();
  }
}
