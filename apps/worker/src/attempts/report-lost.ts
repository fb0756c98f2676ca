/**
 * Tells the API that an attempt is lost as soon as the queue knows it: its worker did not renew the lock. The next attempt may
 * have to wait for a free slot, and until then the lost one would read `running`.
 *
 * The queue names the message only. Which attempt it was is read before its state: a message that still waits then has
 * not been started again in between. If it has been, whoever has it tells the same (`tellLossBefore`).
 *
 * A worker may also be lost between its commit and the end of its message, or when it had found that the task was committed before: then no attempt
 * is lost, and what is told is the commit.
 */
import { type TaskData, taskDataSchema } from '@gridmr/contracts';
import type { Job, Worker } from 'bullmq';
import type { StepTools } from '../steps/step-tools.js';
import { AttemptNews } from './attempt-news.js';
import { attemptNumber } from './attempt-number.js';
import { repeatNews } from './repeat-news.js';

export function reportLost(tools: StepTools, consumer: Pick<Worker, 'on'>): void {
  consumer.on('stalled', messageId => {
    tellLoss(tools, messageId).catch(error =>
      tools.logger.warn('an attempt is lost, but this could not be told', { task_id: messageId, error }),
    );
  });
}

/**
 * Tells that the attempt before the one that begins now was lost, if each start of the message so far ended in a loss or a failure: a failure has been told, and
 * what has been told stays. (A message that was put off, or handed back, has had starts that came to nothing.)
 * @param task of a bundle the first that is left to do: its worker died with it
 */
export function tellLossBefore(tools: StepTools, task: TaskData, message: Job): void {
  const { stalledCounter, attemptsMade, attemptsStarted } = message;
  const attempt = attemptNumber(message, task) - 1;
  if (task.speculative !== undefined || stalledCounter === 0) return;
  if (attemptsStarted - 1 <= attemptsMade + stalledCounter) new AttemptNews(tools, task, attempt).publish('lost');
}

/** Tells of the message's attempt, whose worker is gone: that it is lost, or that its task is committed; nothing if the message goes on, or its job has ended. */
export async function tellLoss(tools: StepTools, messageId: string): Promise<void> {
  const message = await tools.queues.tasks.getJob(messageId);
  if (message === undefined) return;
  const state = await message.getState();
  if (state !== 'waiting' && state !== 'prioritized') return;
  const task = taskDataSchema.parse(message.data);
  const attempt = attemptNumber(message, task);
  const record = await tools.jobs.readCommit(task.job_id, task.kind, task.index);
  if (record !== undefined && record.attempt <= attempt) return repeatNews(tools, record);
  // Without a record the task may have been committed all the same: the clean-up of a job that has ended removes them.
  if ((await tools.jobs.readVerdict(task.job_id)) !== undefined) return;
  const asked = await tools.known.asked(task.job_id).catch(() => undefined);
  const logger = asked === undefined ? tools.logger : tools.logger.child({ trace_id: asked.trace_id });
  const news = new AttemptNews({ ...tools, logger }, task, attempt);
  news.logger.warn('an attempt is lost: its worker stopped reporting', { losses: message.stalledCounter });
  news.publish('lost');
}
