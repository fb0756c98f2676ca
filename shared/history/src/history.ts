/**
 * Job records: what was asked, by whom, and what became of it. The API alone writes them, from events of workers and
 * from verdicts on the shared directory; workers never open the database. One set of queries and migrations serves
 * SQLite and PostgreSQL.
 */
import type {
  AskedJob,
  AttemptFigures,
  Job,
  JobEvent,
  JobListQuery,
  JobPhase,
  JobStatus,
  JobStatusView,
  Page,
  Task,
  TaskKind,
  TaskState,
  Verdict,
} from '@gridmr/contracts';
import type { AuditRecords } from './audit-records.js';
import type { BenchmarkRecords } from './benchmark-records.js';
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

/** A phase of a running job, by the id of its run, and how many tasks it has. */
export interface PhaseNearEnd {
  readonly jobId: string;
  readonly kind: TaskKind;
  readonly tasks: number;
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
  /** The run of the job that it is about. */
  readonly run: number;
  readonly status: JobStatusView;
  /** Whether its status or its phase is another than before. */
  readonly moved: boolean;
  readonly tasks: readonly TaskMove[];
}

/** When each phase of a job began, as far as news of it came. */
export type PhaseTimes = Partial<Record<JobPhase, string>>;

/** A committed attempt of a task. */
export interface CommittedAttempt {
  readonly kind: TaskKind;
  readonly index: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Null of one made by an older release. */
  readonly figures: AttemptFigures | null;
}

/** How many jobs there are, and tasks of those that have not ended. */
export interface RecordCounts {
  readonly jobs: Readonly<Record<JobStatus, number>>;
  readonly tasks: Readonly<Record<'pending' | 'running' | 'completed' | 'failed', number>>;
}

export interface TaskMovesQuery {
  readonly limit: number;
  readonly after?: Pick<TaskMove, 'kind' | 'index'> | undefined;
}

/** What is left to remove of a deleted job. */
export interface Deletion {
  readonly jobId: string;
  /** How many it had. */
  readonly runs: number;
  readonly outputPath: string;
  /** Whether what the job has written there goes as well. */
  readonly outputGoes: boolean;
  readonly deletedAt: string;
}

/** Which finished jobs are kept: those that ended since a time, and the last so many. Undefined: all. */
export interface Retention {
  readonly endedSince?: string | undefined;
  readonly jobs?: number | undefined;
}

export interface History extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgres';
  addJob(job: NewJob): Promise<AddJobResult>;
  /** What an idempotency key of a client came with first. */
  findSubmission(clientId: string, key: string): Promise<KnownSubmission | undefined>;
  /** What was asked of the run that the job is in: for the sweep, and for writing `job.json` again. */
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
  /** Those of the tasks that the job has, in their order. */
  findTasks(jobId: string, taskIds: readonly string[]): Promise<Task[]>;
  /** The id of the run that a job is in. */
  currentRun(jobId: string): Promise<string | undefined>;
  /** The highest number that any attempt of the run had; 0 if nothing is known of any. */
  highestAttempt(runId: string): Promise<number>;
  phaseTimes(jobId: string): Promise<PhaseTimes>;
  /** Of all tasks that have one that counts now, map before reduce, in order. Fewer than `limit` is not the end; none is. */
  committedAttempts(jobId: string, query: TaskMovesQuery): Promise<CommittedAttempt[]>;
  countRecords(): Promise<RecordCounts>;
  /** Of running jobs that want speculative attempts, the phases of which so many percent of the tasks are completed, and not all. */
  phasesNearEnd(percent: number, limit: number): Promise<PhaseNearEnd[]>;
  /** How long the committed attempts of a run's phase took, of the first tasks of it, in the middle: undefined if there is none. */
  medianAttemptMs(runId: string, kind: TaskKind, limit: number): Promise<number | undefined>;
  /** Counts one more task of a run's phase that gets a speculative attempt, unless there are `max`. Returns whether it may. */
  countSpeculation(runId: string, kind: TaskKind, max: number): Promise<boolean>;
  /** The current runs of jobs that are neither completed, failed nor cancelled, oldest first, at most `limit`, after that of a job. */
  unfinishedJobs(limit: number, after?: string): Promise<string[]>;
  /**
   * How many of a client's jobs are neither completed, failed nor cancelled; or, for who only asks if they are fewer than `enough`, a number below it that
   * they are at most.
   */
  countUnfinishedJobs(clientId: string, enough?: number): Promise<number>;
  /** Begins a new run of a job, as it is asked now. Returns false unless the job has failed or was cancelled in the run before. */
  retryJob(asked: AskedJob): Promise<boolean>;
  /**
   * Takes a finished job's record away, at once and whole, and remembers what is left to remove of it. `output`: whether its output is. Returns
   * undefined if there is no such job, and false if it has not finished.
   */
  deleteJob(jobId: string, output: boolean): Promise<Deletion | false | undefined>;
  /** What of deleted jobs is left to remove, oldest first. */
  deletions(limit: number): Promise<Deletion[]>;
  /** Removes rows of a deleted job, at most so many. Returns whether none is left. */
  deleteRows(jobId: string, limit: number): Promise<boolean>;
  /** Nothing is left of it. */
  forgetDeletion(jobId: string): Promise<void>;
  /** Ids of finished jobs beyond those that are to be kept, oldest end first, at most `limit`. */
  expiredJobs(kept: Retention, limit: number): Promise<string[]>;
  /**
   * Applies news in order, in one transaction. Doubled, late and unknown news change nothing that the table of legal moves does not allow.
   * `finished` events are skipped: what they tell of is in `verdicts`, which end their jobs as `finishJob` does in the same transaction, or comes by that.
   * Returns the ids of the jobs that have ended by it.
   */
  recordEvents(events: readonly JobEvent[], verdicts?: readonly Verdict[]): Promise<string[]>;
  /** Ends a job as its verdict says. Returns false if it had ended before, or is unknown. */
  finishJob(verdict: Verdict): Promise<boolean>;
  /** Who the job belongs to; undefined for an unknown one. */
  ownerOf(jobId: string): Promise<string | undefined>;
  readonly keys: KeyRecords;
  readonly audit: AuditRecords;
  readonly usage: UsageRecords;
  /** Benchmarks. */
  readonly benchmarks: BenchmarkRecords;
  /** Throws unless the database answers. */
  check(): Promise<void>;
}
