/**
 * An attempt did not come to its commit, and nobody minds: its message is done all the same.
 *
 * - another attempt of its task is committed, or was and the job has completed since: this one is `cancelled`, or nothing is told of it if it cannot have begun;
 * - it is committed itself, and was stopped or failed only afterwards;
 * - it is speculative: nobody asked for it, so its failure is left to the straggler to repeat, and it is not made again.
 *
 * Whatever else it is, `settle-failure.ts` decides.
 */
import { type CommitRecord, failureClass } from '@gridmr/contracts';
import { describeFailure } from '@gridmr/tasks';
import type { StepTools } from '../steps/step-tools.js';
import type { AttemptNews } from './attempt-news.js';
import { attemptNumber } from './attempt-number.js';
import type { MessageAtWork } from './message-tasks.js';
import { repeatNews } from './repeat-news.js';
import { type StopReason, stopReasons } from './stop-reason.js';

/** Tells the news of the attempt that is excused. */
export type Excuse = (news: AttemptNews, cause: unknown) => void;

/** Undefined if it is none: the attempt has failed, has to stop for another reason, or its lock is lost. */
export async function excuseOf(
  tools: StepTools,
  work: MessageAtWork,
  index: number,
  reason: StopReason | undefined,
): Promise<Excuse | undefined> {
  if (reason === stopReasons.lockLost || reason === stopReasons.jobEnded) return undefined;
  try {
    return await lookForExcuse(tools, work, index, reason);
  } catch (error) {
    tools.logger.warn('could not look how the task of an attempt stands', { job_id: work.task.job_id, error });
    return undefined;
  }
}

async function lookForExcuse(
  tools: StepTools,
  { message, task }: MessageAtWork,
  index: number,
  reason: StopReason | undefined,
): Promise<Excuse | undefined> {
  const record = await tools.jobs.readCommit(task.job_id, task.kind, index);
  if (record !== undefined)
    return record.attempt === attemptNumber(message, task) ? committed(tools, record) : overtakenBy(record);
  const verdict = await tools.jobs.readVerdict(task.job_id);
  if (verdict?.status === 'completed') return cancelled;
  if (task.speculative === undefined) return undefined;
  return reason === undefined ? failed : cancelled;
}

function committed(tools: StepTools, record: CommitRecord): Excuse {
  return () => repeatNews(tools, record);
}

/** The task thread looks before it begins: a worker that got the message after the commit was stopped while it looked. */
function overtakenBy({ committed_at }: CommitRecord): Excuse {
  return news => {
    if (news.isUntold && news.startedAt > committed_at) news.logger.info('the task is committed already');
    else cancelled(news);
  };
}

function cancelled(news: AttemptNews): void {
  news.logger.info('attempt stopped: another one of its task is committed, or it is not needed any more');
  news.publish('cancelled');
}

function failed(news: AttemptNews, cause: unknown): void {
  const error = describeFailure(news, cause);
  news.logger.warn('a speculative attempt failed, which is left to the other one', {
    code: error.code,
    class: failureClass(error.code),
    reason: error.message,
    error: cause,
  });
  news.publish('failed', error, false);
}
