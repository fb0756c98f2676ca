/** The attempts of one task of a local run: one, or as many as it may take. */
import { type AskedJob, failureClass, TaskError } from '@gridmr/contracts';
import {
  type AttemptOutcome,
  type AttemptsRequest,
  BundleClaims,
  describeFailure,
  HeldLock,
  type MapTask,
  type ReduceTask,
  type TaskSlots,
} from '@gridmr/tasks';

const secondMs = 1000;

export interface TaskRunner {
  /** Lines of the log that are kept of each attempt. */
  readonly logLinesMax: number;
  readonly slots: TaskSlots;
  readonly asked: AskedJob;
  readonly signal: AbortSignal;
}

/** Nobody else could take the task over, so its lock never ends. */
const endlessLock = new HeldLock();
endlessLock.renew(Number.MAX_SAFE_INTEGER);

/**
 * Returns the outcome of the attempt that was committed. Throws `TaskError` once no further attempt is made, and the signal's reason.
 * @param makeTask gives each attempt an output of its own
 */
export async function runAttempts(
  { slots, asked, signal, logLinesMax }: TaskRunner,
  makeTask: (attempt: number) => Promise<MapTask | ReduceTask>,
): Promise<AttemptOutcome> {
  const { spec } = asked;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const task = await makeTask(attempt);
    const request: AttemptsRequest = {
      asked,
      attempt,
      workerId: 'local',
      memoryBytes: spec.memory_limit,
      // It is the user's own disk.
      diskBytes: Number.MAX_SAFE_INTEGER,
      timeoutMs: spec.task_timeout * secondMs,
      tasks: [task],
      claims: new BundleClaims(1).shared,
      logLinesMax,
      lock: endlessLock.shared,
    };
    try {
      const [outcome] = await slots.run(request, { deadlineMs: request.timeoutMs, signal });
      if (typeof outcome !== 'object') throw new Error(`the attempt of ${task.taskId} has no outcome`);
      return outcome;
    } catch (cause) {
      signal.throwIfAborted();
      const error = describeFailure({ taskId: task.taskId, attempt }, cause);
      const mayRetry = failureClass(error.code) === 'system' || spec.retry_user_errors;
      if (!mayRetry || attempt >= spec.max_attempts) throw new TaskError(error, { cause });
    }
  }
}
