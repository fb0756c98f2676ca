/**
 * Job records: what was asked, by whom, and what became of it. The API alone writes them, from events of workers and
 * from verdicts on the shared directory; workers never open the database. One set of queries and migrations serves
 * SQLite and PostgreSQL.
 */
import type {
  AskedJob,
  Job,
  JobEvent,
  JobListQuery,
  JobStatusView,
  Page,
  Task,
  TaskKind,
  TaskState,
  Verdict,
} from '@gridmr/contracts';
import type { AuditRecords } from './audit-records.js';
import type { KeyRecords } from './key-records.js';
import type { UsageRecords } from './usage-records.js';

export interface NewJob {
  readonly asked: AskedJob;
  /** The caller's `Idempotency-Key` and a digest of the body it came with; keys belong to a client. */
  readonly idempotency: { readonly key: string; readonly digest: string } | undefined;
}

/** `created`: stored now. `same`: the key and body are known, here is that job. `conflict`: the key came with another body. */
export type AddJobResult = { readonly outcome: 'created' | 'same' | 'conflict'; readonly jobId: string };

/** A request that was accepted under an idempotency key. */
export interface KnownSubmission {
  readonly jobId: string;
  /** Of its body. */
  readonly digest: string;
}

export interface TaskListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly kind?: TaskKind | undefined;
  readonly state?: TaskState | undefined;
}

/** A task whose state has changed, or is told. */
export interface TaskMove {
  readonly kind: TaskKind;
  readonly index: number;
  readonly state: TaskState;
}

/** What a call has changed of one job's records. */
export interface JobChange {
  readonly clientId: string;
  readonly status: JobStatusView;
  /** Whether its status or its phase is another than before. */
  readonly moved: boolean;
  readonly tasks: readonly TaskMove[];
}

export interface TaskMovesQuery {
  readonly limit: number;
  readonly after?: Pick<TaskMove, 'kind' | 'index'> | undefined;
}

export interface History extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgres';
  addJob(job: NewJob): Promise<AddJobResult>;
  /** What an idempotency key of a client came with first. */
  findSubmission(clientId: string, key: string): Promise<KnownSubmission | undefined>;
  /** For the sweep, and for writing `job.json` again. */
  askedJob(jobId: string): Promise<AskedJob | undefined>;
  findJob(jobId: string): Promise<Job | undefined>;
  findStatus(jobId: string): Promise<JobStatusView | undefined>;
  /** Newest first. Throws `BadCursorError` for a cursor it did not make. */
  listJobs(query: JobListQuery): Promise<Page<Job>>;
  /** All tasks of the plan, map before reduce, in order; those nothing is known of yet are `pending` without attempts. */
  listTasks(jobId: string, query: TaskListQuery): Promise<Page<Task>>;
  findTask(jobId: string, taskId: string): Promise<Task | undefined>;
  /** States of the tasks that something is known of, map before reduce, in order. Cheaper than tasks with their attempts. */
  taskStates(jobId: string, query: TaskMovesQuery): Promise<TaskMove[]>;
  /** The highest number that any attempt of the job had; 0 if nothing is known of any. */
  highestAttempt(jobId: string): Promise<number>;
  /** Ids of jobs that are neither completed, failed nor cancelled, oldest first, at most `limit`. */
  unfinishedJobs(limit: number, after?: string): Promise<string[]>;
  /** How many of a client's jobs are neither completed, failed nor cancelled. */
  countUnfinishedJobs(clientId: string): Promise<number>;
  /**
   * Applies news in order, in one transaction. Doubled, late and unknown news change nothing that the table of legal moves does not allow.
   * (`finished` events are skipped: their verdict comes by `finishJob`.)
   */
  recordEvents(events: readonly JobEvent[]): Promise<void>;
  /** Ends a job as its verdict says. Returns false if it had ended before, or is unknown. */
  finishJob(verdict: Verdict): Promise<boolean>;
  /** Who the job belongs to; undefined for an unknown one. */
  ownerOf(jobId: string): Promise<string | undefined>;
  readonly keys: KeyRecords;
  readonly audit: AuditRecords;
  readonly usage: UsageRecords;
  /** Throws unless the database answers. */
  check(): Promise<void>;
}
