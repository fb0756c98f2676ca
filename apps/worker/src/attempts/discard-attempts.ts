/**
 * Removes what attempts left on the shared directory that did not come to their end: a thread that was ended from outside could not. An
 * attempt may have been committed just before its thread was ended; then its file is what counts.
 */
import { parseTaskId } from '@gridmr/contracts';
import type { AttemptsRequest } from '@gridmr/tasks';
import type { StepTools } from '../steps/step-tools.js';

type AttemptFiles = Pick<AttemptsRequest['tasks'][number], 'taskId' | 'outputPath'> & {
  readonly deadLettersPath?: string;
};

/** Never throws: what cannot be removed now goes when the job ends. */
export async function discardAttempts(
  { store, jobs, logger }: Pick<StepTools, 'store' | 'jobs' | 'logger'>,
  tasks: readonly AttemptFiles[],
): Promise<void> {
  for (const { taskId, outputPath, deadLettersPath } of tasks) {
    try {
      const { jobId, kind, index } = parseTaskId(taskId);
      const record = await jobs.readCommit(jobId, kind, index);
      if (record !== undefined && outputPath.endsWith(`/${record.file}`)) continue;
      await store.discard(outputPath);
      if (deadLettersPath !== undefined) await store.discard(deadLettersPath);
    } catch (error) {
      logger.warn('files of a stopped attempt are left until its job ends', { task_id: taskId, error });
    }
  }
}
