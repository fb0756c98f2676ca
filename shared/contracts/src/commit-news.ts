/** The news that a commit record stands for, for whoever finds the record where the news may have been lost. */
import { attemptFigures } from './attempt-figures.js';
import { parseTaskId } from './ids.js';
import type { CommitRecord } from './job-files.js';
import type { AttemptEvent } from './messages.js';

/** What its worker had to say of the attempt. To say it again changes nothing. */
export function commitNews(record: CommitRecord): AttemptEvent {
  const { task_id, attempt, worker_id, started_at, committed_at: at, speculative } = record;
  const { jobId: job_id, kind } = parseTaskId(task_id);
  const base = { type: 'attempt', job_id, task_id, attempt, worker_id, error: null, speculative } as const;
  return { ...base, state: 'committed', started_at, at, final: true, figures: attemptFigures(kind, record) };
}
