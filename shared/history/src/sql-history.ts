/** The history over kysely: each call is a file of its own. */
import {
  type AskedJob,
  isFinished,
  type JobEvent,
  type JobListQuery,
  parseRunId,
  type TaskKind,
  type Verdict,
} from '@gridmr/contracts';
import { type Kysely, sql } from 'kysely';
import { addJobs, findSubmission, newJobChange } from './add-job.js';
import { highestAttempt } from './attempts-of.js';
import { AuditRecords } from './audit-records.js';
import { BenchmarkRecords } from './benchmark-records.js';
import { countRecords } from './count-records.js';
import { deleteJob, deleteRows, deletions, expiredJobs, forgetDeletion } from './delete-job.js';
import {
  askedJob,
  countUnfinishedJobs,
  currentRun,
  findJob,
  findStatus,
  listJobs,
  ownerOf,
  unfinishedJobs,
} from './find-jobs.js';
import { findTask, findTasks, listTasks } from './find-tasks.js';
import { finishJob, movedJob } from './finish-job.js';
import { GroupedWrites } from './grouped-writes.js';
import type { AddJobResult, History, JobChange, NewJob, Retention, TaskListQuery, TaskMovesQuery } from './history.js';
import { committedAttempts, phaseTimes } from './job-figures.js';
import { KeyRecords } from './key-records.js';
import { recordEvents } from './record-events.js';
import { retryJob } from './retry-job.js';
import type { Tables } from './schema.js';
import { countSpeculation, medianAttemptMs, phasesNearEnd } from './speculation.js';
import { taskStates } from './task-states.js';
import { UnfinishedBounds } from './unfinished-bounds.js';
import { UsageRecords } from './usage-records.js';

export class SqlHistory implements History {
  readonly kind: History['kind'];
  readonly keys: KeyRecords;
  readonly audit: AuditRecords;
  readonly usage: UsageRecords;
  readonly benchmarks: BenchmarkRecords;
  readonly #db: Kysely<Tables>;
  readonly #newJobs = new GroupedWrites<NewJob, AddJobResult>(jobs => this.#durably(db => addJobs(db, jobs)));
  /** Several processes add jobs to PostgreSQL. */
  readonly #unfinished: UnfinishedBounds | undefined;
  readonly #onChange: (change: JobChange) => void;

  /** Owns `db`, whose tables are migrated. */
  constructor(db: Kysely<Tables>, kind: History['kind'], onChange: (change: JobChange) => void = () => undefined) {
    this.kind = kind;
    this.#db = db;
    this.#onChange = onChange;
    this.keys = new KeyRecords(db);
    this.#unfinished = kind === 'sqlite' ? new UnfinishedBounds() : undefined;
    this.audit = new AuditRecords(db, kind);
    this.usage = new UsageRecords(db);
    this.benchmarks = new BenchmarkRecords(db);
  }

  async addJob(job: NewJob) {
    const added = await this.#addJob(job);
    if (added.outcome !== 'created') return added;
    this.#unfinished?.add(job.asked.spec.client_id);
    this.#onChange(newJobChange(job));
    return added;
  }

  /** PostgreSQL has many connections, and groups their commits itself. */
  async #addJob(job: NewJob) {
    if (this.kind === 'sqlite') return await this.#newJobs.add(job);
    const [added] = await addJobs(this.#db, [job]);
    if (added === undefined) throw new Error('a job was not stored, and nobody said why');
    return added;
  }

  findSubmission(clientId: string, key: string) {
    return findSubmission(this.#db, clientId, key);
  }

  askedJob(jobId: string) {
    return askedJob(this.#db, jobId);
  }

  ownerOf(jobId: string) {
    return ownerOf(this.#db, jobId);
  }

  findJob(jobId: string) {
    return findJob(this.#db, jobId);
  }

  findStatus(jobId: string) {
    return findStatus(this.#db, jobId);
  }

  listJobs(query: JobListQuery) {
    return listJobs(this.#db, query);
  }

  listTasks(jobId: string, query: TaskListQuery) {
    return listTasks(this.#db, jobId, query);
  }

  findTask(jobId: string, taskId: string) {
    return findTask(this.#db, jobId, taskId);
  }

  taskStates(jobId: string, query: TaskMovesQuery) {
    return taskStates(this.#db, jobId, query);
  }

  findTasks(jobId: string, taskIds: readonly string[]) {
    return findTasks(this.#db, jobId, taskIds);
  }

  currentRun(jobId: string) {
    return currentRun(this.#db, jobId);
  }

  highestAttempt(runId: string) {
    return highestAttempt(this.#db, runId);
  }

  async retryJob(asked: AskedJob) {
    const isRetried = await this.#durably(db => retryJob(db, asked));
    if (!isRetried) return false;
    const change = await movedJob(this.#db, parseRunId(asked.job_id).jobId);
    this.#unfinished?.add(change.clientId);
    this.#onChange(change);
    return true;
  }

  deleteJob(jobId: string, output: boolean) {
    return this.#durably(db => deleteJob(db, jobId, output));
  }

  deletions(limit: number) {
    return deletions(this.#db, limit);
  }

  deleteRows(jobId: string, limit: number) {
    return deleteRows(this.#db, jobId, limit);
  }

  forgetDeletion(jobId: string) {
    return forgetDeletion(this.#db, jobId);
  }

  expiredJobs(kept: Retention, limit: number) {
    return expiredJobs(this.#db, kept, limit);
  }

  phaseTimes(jobId: string) {
    return phaseTimes(this.#db, jobId);
  }

  committedAttempts(jobId: string, query: TaskMovesQuery) {
    return committedAttempts(this.#db, jobId, query);
  }

  countRecords() {
    return countRecords(this.#db);
  }

  phasesNearEnd(percent: number, limit: number) {
    return phasesNearEnd(this.#db, percent, limit);
  }

  medianAttemptMs(jobId: string, kind: TaskKind, limit: number) {
    return medianAttemptMs(this.#db, jobId, kind, limit);
  }

  countSpeculation(jobId: string, kind: TaskKind, max: number) {
    return countSpeculation(this.#db, jobId, kind, max);
  }

  unfinishedJobs(limit: number, after?: string) {
    return unfinishedJobs(this.#db, limit, after);
  }

  async countUnfinishedJobs(clientId: string, enough = 0) {
    const bound = this.#unfinished?.below(clientId, enough);
    if (bound !== undefined) return bound;
    const taken = this.#unfinished?.begin(clientId);
    const jobs = await countUnfinishedJobs(this.#db, clientId);
    taken?.(jobs);
    return jobs;
  }

  async recordEvents(events: readonly JobEvent[], verdicts?: readonly Verdict[]) {
    const locks = this.kind === 'postgres' ? 'row locks' : 'one writer';
    const changes = await recordEvents(this.#db, locks, events, verdicts);
    for (const change of changes) this.#onChange(change);
    return changes.filter(({ status, moved }) => moved && isFinished(status.status)).map(({ status }) => status.job_id);
  }

  async finishJob(verdict: Verdict) {
    const change = await finishJob(this.#db, verdict);
    if (change !== undefined) this.#onChange(change);
    return change !== undefined;
  }

  /** Asks for a table, not for a constant: a database without ours would do no good. */
  async check() {
    await sql`select job_id from jobs limit 1`.execute(this.#db);
  }

  /**
   * What is answered with 202 must survive a power cut. PostgreSQL forces every commit to the disk. SQLite is told to for
   * this one only: news may be lost, since it is derived from the shared directory, and each force blocks the loop.
   */
  async #durably<Result>(work: (db: Kysely<Tables>) => Promise<Result>): Promise<Result> {
    if (this.kind === 'postgres') return await work(this.#db);
    return await this.#db.connection().execute(async db => {
      await sql`pragma synchronous = full`.execute(db);
      try {
        return await work(db);
      } finally {
        await sql`pragma synchronous = normal`.execute(db);
      }
    });
  }

  async [Symbol.asyncDispose]() {
    await this.#db.destroy();
  }
}
