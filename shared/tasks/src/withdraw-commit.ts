/** The output of a committed attempt turned out damaged: its commit does not count any more, and the task runs again, a bounded number of times. */
import { type CommitRecord, queueLimits, TaskError, type TaskKind, taskId } from '@gridmr/contracts';
import { type JobStore, type ReadOptions, StorageError, type Withdrawals } from '@gridmr/storage';

/** What one task wrote was damaged again and again. To run it once more would not help. */
export class DamagedTooOftenError extends TaskError {
  constructor(task_id: string) {
    const message =
      `what task ${task_id} wrote was damaged ${queueLimits.withdrawalsMax + 1} times on its way through the data directory. ` +
      'Ask whoever runs GridMR to check the disk or the file server, then submit the job again';
    super({ code: 'storage_error', message, task_id });
    this.name = 'DamagedTooOftenError';
  }
}

export interface DamagedOutput {
  readonly jobId: string;
  readonly kind: TaskKind;
  readonly index: number;
  /** Of the damaged output; without it, the commit record itself is damaged. */
  readonly file?: string | undefined;
}

/** Throws `DamagedTooOftenError` beyond `queueLimits.withdrawalsMax`. If another attempt counts by now, nothing is done. */
export async function withdrawCommit(jobs: JobStore, { jobId, kind, index, file }: DamagedOutput): Promise<void> {
  const times = await jobs.withdraw(jobId, kind, index, file);
  if (times > queueLimits.withdrawalsMax) throw new DamagedTooOftenError(taskId(jobId, kind, index));
}

/** The commit record of a task. One that is damaged is withdrawn, and counts as none. */
export async function readCommitOrWithdraw(
  jobs: JobStore,
  { jobId, kind, index }: DamagedOutput,
  withdrawals: Withdrawals,
  options?: ReadOptions,
): Promise<CommitRecord | undefined> {
  try {
    return await jobs.readCommit(jobId, kind, index, withdrawals, options);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'damaged') throw error;
    await withdrawCommit(jobs, { jobId, kind, index });
    return undefined;
  }
}
