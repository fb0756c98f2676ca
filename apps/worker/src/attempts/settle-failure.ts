/**
 * An attempt did not come to its commit: decides what that means for its task and its job, by the three classes of failure.
 *
 * - told to stop: the job has ended, or the message goes back to the queue and no attempt is counted;
 * - a segment is damaged: its map task runs again, the message goes back to the queue and no attempt is counted;
 * - user error: the job fails at once, unless it asked for retries;
 * - system error: another attempt after a pause, until `max_attempts` have failed.
 *
 * Returns what the consumer must throw for BullMQ to do the same.
 */
import { type AskedJob, failureClass } from '@gridmr/contracts';
import { DamagedTooOftenError, describeFailure } from '@gridmr/tasks';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { failJob } from '../steps/end-job.js';
import type { StepTools } from '../steps/step-tools.js';
import type { AttemptNews } from './attempt-news.js';
import { SegmentRecalledError } from './damaged-segments.js';
import { type StopReason, stopReasonOf, stopReasons } from './stop-reason.js';

export async function settleFailure(
  tools: StepTools,
  news: AttemptNews,
  asked: AskedJob,
  message: Job,
  token: string,
  signal: AbortSignal,
  cause: unknown,
): Promise<Error> {
  const reason = stopReasonOf(signal);
  if (reason !== undefined) return settleStop(news, message, token, reason);
  if (cause instanceof SegmentRecalledError) return settleRecall(news, message, token, cause);
  const error = describeFailure(news, cause);
  const mayRetry = failureClass(error.code) === 'system' || asked.spec.retry_user_errors;
  const attemptsLeft = (message.opts.attempts ?? 1) - message.attemptsMade - 1;
  const final = !mayRetry || attemptsLeft <= 0 || cause instanceof DamagedTooOftenError;
  news.publish('failed', error, final);
  news.logger.warn('attempt failed', { code: error.code, reason: error.message, final, error: cause });
  if (!final) return cause instanceof Error ? cause : new Error(error.message);
  await failJob(tools, asked.job_id, error);
  return new UnrecoverableError(error.message);
}

async function settleStop(news: AttemptNews, message: Job, token: string, reason: StopReason): Promise<Error> {
  news.logger.info('attempt stopped', { reason });
  if (reason === stopReasons.jobEnded) {
    news.publish('cancelled');
    return new UnrecoverableError(reason);
  }
  if (reason === stopReasons.lockLost) {
    news.publish('lost');
    return new Error(reason);
  }
  news.publish('lost');
  await message.moveToDelayed(Date.now(), token);
  return new DelayedError();
}

/** The message comes back, and then waits for the map task. */
async function settleRecall(news: AttemptNews, message: Job, token: string, cause: Error): Promise<Error> {
  news.logger.warn('attempt stopped', { reason: cause.message });
  news.publish('lost');
  await message.moveToDelayed(Date.now(), token);
  return new DelayedError();
}
