/** Jobs and news for tests. */
import {
  type AskedJob,
  type AttemptEvent,
  type AttemptState,
  askedJobSchema,
  type JobEvent,
  newJobId,
  type TaskKind,
  taskId,
  type Verdict,
  verdictSchema,
  zeroCounters,
} from '@gridmr/contracts';
import type { NewJob } from '@gridmr/history';

/** The instant that is `seconds` after the first of this file's time. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

export function anyJob(fields: { name?: string; client_id?: string; submitted_at?: string } = {}): AskedJob {
  const { name = 'word count', client_id = 'ada', submitted_at = at(0) } = fields;
  const job_id = newJobId(Date.parse(submitted_at));
  return askedJobSchema.parse({
    job_id,
    submitted_at,
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    spec: {
      name,
      client_id,
      inputs: ['input/book.txt'],
      input_format: 'text',
      program: { form: 'functions', map_function: 'line => [[line, 1]]', reduce_function: '(k, v) => [k, 1]' },
      language: 'javascript',
      num_reducers: 2,
      split_size_mb: 32,
      parameters: { stop: ['the', 'ä€𝒳'] },
      output_path: `output/${job_id}`,
      output_format: 'tsv',
      output_compression: 'none',
      priority: 'normal',
      on_record_error: 'fail',
      max_skipped_records: 1000,
      retry_user_errors: false,
      speculative: true,
      max_attempts: 4,
      task_timeout: 600,
      memory_limit: 2 ** 28,
    },
  });
}

export function newJob(asked: AskedJob, idempotency?: NewJob['idempotency']): NewJob {
  return { asked, idempotency };
}

export function planned(jobId: string, mapTasks: number, reduceTasks: number, seconds = 1): JobEvent {
  const input = { files: 3, bytes: 5_000_000_000 };
  return { type: 'planned', job_id: jobId, at: at(seconds), map_tasks: mapTasks, reduce_tasks: reduceTasks, input };
}

export function phase(jobId: string, name: 'plan' | 'map' | 'shuffle' | 'reduce' | 'commit', seconds = 1): JobEvent {
  return { type: 'phase', job_id: jobId, at: at(seconds), phase: name };
}

/** News of an attempt, as `attempt(id, 'map 3', 1, 'running', 5)`. */
export function attempt(
  jobId: string,
  task: string,
  number: number,
  state: AttemptState,
  seconds: number,
  more: Partial<Pick<AttemptEvent, 'error' | 'final' | 'started_at' | 'worker_id'>> = {},
): AttemptEvent {
  const [kind, index] = task.split(' ');
  const task_id = taskId(jobId, kind as TaskKind, Number(index));
  const base = { type: 'attempt', job_id: jobId, at: at(seconds), task_id, attempt: number, state } as const;
  return { ...base, worker_id: `worker-${number}`, error: null, final: false, ...more };
}

export function verdict(jobId: string, status: Verdict['status'], seconds = 100): Verdict {
  return verdictSchema.parse({
    job_id: jobId,
    status,
    finished_at: at(seconds),
    error: status === 'failed' ? { code: 'user_code_error', message: 'x is not defined', line: 1, column: 9 } : null,
    output: status === 'completed' ? { path: `output/${jobId}`, parts: 2, records: 7, bytes: 5_000_000_000 } : null,
    counters: { ...zeroCounters(), map_input_records: 12, user: { words: 3.5 } },
  });
}
