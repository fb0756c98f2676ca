/** The history over kysely: each call is a file of its own. */
import type { JobEvent, JobListQuery, Verdict } from '@gridmr/contracts';
import { type Kysely, sql } from 'kysely';
import { addJob } from './add-job.js';
import { askedJob, findJob, findStatus, listJobs, unfinishedJobs } from './find-jobs.js';
import { findTask, listTasks } from './find-tasks.js';
import { finishJob } from './finish-job.js';
import type { History, NewJob, TaskListQuery } from './history.js';
import { recordEvents } from './record-events.js';
import type { Tables } from './schema.js';

export class SqlHistory implements History {
  readonly kind: History['kind'];
  readonly #db: Kysely<Tables>;

  /** Owns `db`, whose tables are migrated. */
  constructor(db: Kysely<Tables>, kind: History['kind']) {
    this.kind = kind;
    this.#db = db;
  }

  addJob(job: NewJob) {
    return addJob(this.#db, job);
  }

  askedJob(jobId: string) {
    return askedJob(this.#db, jobId);
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

  unfinishedJobs(limit: number, after?: string) {
    return unfinishedJobs(this.#db, limit, after);
  }

  recordEvents(events: readonly JobEvent[]) {
    return recordEvents(this.#db, this.kind === 'postgres' ? 'row locks' : 'one writer', events);
  }

  finishJob(verdict: Verdict) {
    return finishJob(this.#db, verdict);
  }

  /** Asks for a table, not for a constant: a database without ours would do no good. */
  async check() {
    await sql`select job_id from jobs limit 1`.execute(this.#db);
  }

  async [Symbol.asyncDispose]() {
    await this.#db.destroy();
  }
}
