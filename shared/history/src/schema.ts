/**
 * The tables, as kysely types. Times are fixed-width UTC text (`utc-time.ts`), JSON is text, booleans are 0 or 1.
 * Nothing is `jsonb` or `timestamptz`: one set of queries serves SQLite and PostgreSQL.
 */
import type { AttemptState, AuditAction, JobPhase, JobStatus, KeyRole, TaskKind, TaskState } from '@gridmr/contracts';

/**
 * One row per job. Counts of its tasks and attempts stand here, kept by the transaction that changes a task, so that
 * asking for the status of a job of 100,000 tasks reads one row.
 */
export interface JobRow {
  job_id: string;
  /** Copies of fields of `asked`, to filter by; without NUL, which neither database takes. */
  name: string;
  client_id: string;
  /** JSON of `AskedJob`. */
  asked: string;
  created_at: string;
  status: JobStatus;
  phase: JobPhase | null;
  started_at: string | null;
  finished_at: string | null;
  /** Null until the job is planned. */
  input_files: number | null;
  input_bytes: number | null;
  map_total: number;
  map_running: number;
  map_completed: number;
  map_failed: number;
  reduce_total: number;
  reduce_running: number;
  reduce_completed: number;
  reduce_failed: number;
  /** JSON: when each phase began, as far as it is known. */
  phase_times: string | null;
  failed_attempts: number;
  lost_attempts: number;
  speculative_attempts: number;
  /** Copy of a field of `asked`: 1 if stragglers may get a second attempt. */
  speculative: number;
  /** Tasks of each phase that one was queued for. */
  map_speculated: number;
  reduce_speculated: number;
  /** JSON of the verdict's fields; null until it is known. */
  output: string | null;
  error: string | null;
  counters: string | null;
  /** Counts from 1, one more with each retry; and since which run commits of map and of reduce tasks count. */
  run: number;
  map_run: number;
  reduce_run: number;
}

/** A task that something is known of. Its state repeats what its attempts say, so that tasks can be listed by it. */
export interface TaskRow {
  job_id: string;
  kind: TaskKind;
  task_index: number;
  state: TaskState;
}

export interface AttemptRow {
  job_id: string;
  run: number;
  kind: TaskKind;
  task_index: number;
  attempt: number;
  state: AttemptState;
  worker_id: string;
  started_at: string;
  finished_at: string | null;
  /** JSON of `JobError`. */
  error: string | null;
  /** 1 when no further attempt of the task will be made. */
  final: number;
  /** JSON of `AttemptFigures`. */
  figures: string | null;
  /** 1 when it was made beside another one. */
  speculative: number;
}

export interface IdempotencyKeyRow {
  client_id: string;
  key: string;
  digest: string;
  job_id: string;
}

/** A job whose record is gone, and which has files or rows left to remove. */
export interface DeletionRow {
  job_id: string;
  /** How many it had. */
  runs: number;
  output_path: string;
  /** 1 if what the job has written there goes as well. */
  output_goes: number;
  deleted_at: string;
}

/** An API key that was made over the API; those of the settings are in no table. */
export interface KeyRow {
  key_id: string;
  name: string;
  role: KeyRole;
  /** SHA-256 of the secret, hexadecimal. */
  secret_hash: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

/** A browser that has shown a key. */
export interface SessionRow {
  /** SHA-256 of what its cookie holds, hexadecimal. */
  token_hash: string;
  key_id: string;
  created_at: string;
  expires_at: string;
}

/** `audit_id` sorts by time. */
export interface AuditRow {
  audit_id: string;
  at: string;
  action: AuditAction;
  client_id: string | null;
  key_id: string | null;
  role: string | null;
  address: string;
  target: string | null;
  request_id: string;
}

/** What a client's files take up, uploads on their way included. `version` counts the changes. */
export interface FileUsageRow {
  client_id: string;
  bytes: number;
  files: number;
  version: number;
}

/** An upload on its way, and what is set aside for it. */
export interface UploadRow {
  upload_id: string;
  client_id: string;
  bytes: number;
  started_at: string;
}

export interface BenchmarkRow {
  benchmark_id: string;
  client_id: string;
  /** Copy of a field of `benchmark`. */
  finished_at: string | null;
  /** JSON of `Benchmark`. */
  benchmark: string;
  /** The API process that was at it last, and when it said so; '' if it has given it up. */
  holder: string | null;
  held_at: string | null;
}

export interface Tables {
  benchmarks: BenchmarkRow;
  api_keys: KeyRow;
  sessions: SessionRow;
  audit: AuditRow;
  file_usage: FileUsageRow;
  uploads: UploadRow;
  jobs: JobRow;
  tasks: TaskRow;
  attempts: AttemptRow;
  idempotency_keys: IdempotencyKeyRow;
  deletions: DeletionRow;
}
