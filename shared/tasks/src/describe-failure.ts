/** Why an attempt failed, for the owner of its job. What is not meant for users (stacks, machine paths) stays in `cause`. */
import { type JobError, TaskError } from '@gridmr/contracts';
import { ThreadCrashedError, ThreadTimeoutError } from '@gridmr/sandbox';
import { StorageError } from '@gridmr/storage';

/** @param cause what `TaskSlots.run` threw */
export function describeFailure(
  { taskId, attempt }: { readonly taskId: string; readonly attempt: number },
  cause: unknown,
): JobError {
  const ids = { task_id: taskId, attempt };
  if (cause instanceof TaskError) return { ...cause.error, ...ids };
  if (cause instanceof ThreadTimeoutError) {
    return { code: 'task_timeout', message: 'the attempt did not end within its time limit and was stopped', ...ids };
  }
  if (cause instanceof StorageError) return { code: 'storage_error', message: cause.message, ...ids };
  const what = cause instanceof ThreadCrashedError ? 'its thread ended unexpectedly' : 'GridMR itself met an error';
  return { code: 'internal_error', message: `the attempt failed because ${what}; the worker's log says more`, ...ids };
}
