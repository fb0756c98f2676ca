/**
 * What a reduce task does about a segment that is damaged, cut short or gone.
 *
 * ```
 * 1. its attempt meets it     → the commit of the map task is withdrawn (`JobStore.withdraw`), and the attempt counts as lost
 * 2. the message comes back   → map tasks that were withdrawn and are not committed anew are queued, and the message waits a moment more
 * 3. they are committed       → the summaries that named the old segments are made again, and the attempt begins
 * ```
 *
 * Each look repeats what is missing, so it does not matter who withdrew or queued, or what was lost on the way. Reduce attempts that had read the old segment
 * without damage go on: the new one holds the same.
 */
import { groupOf, groupSummaryPath, messageIds, type Plan, taskId } from '@gridmr/contracts';
import { messageOptions, onceMoreOptions } from '@gridmr/runtime';
import { Withdrawals } from '@gridmr/storage';
import { readCommitOrWithdraw, summariseGroup, TaskNotCommittedError, withdrawCommit } from '@gridmr/tasks';
import type { StepTools } from '../steps/step-tools.js';
import { attemptNumber } from './attempt-number.js';
import type { MessageAtWork } from './message-tasks.js';

const segmentName = /\/map\/\d+\/(m-(\d{5,7})\.[a-z0-9-]+\.segment)$/;
const summaryName = /\/map\/summary-(\d{5,7})\b[^/]*\.json$/;

/** An attempt cannot go on before a map task has run again. It is nobody's failure, and is not counted. */
export class SegmentRecalledError extends Error {
  constructor(damaged: string) {
    super(`${damaged} is damaged; its map task runs again`);
    this.name = 'SegmentRecalledError';
  }
}

/**
 * Sees to it that what the attempt could not read is made again. Returns a file for which a map task was called back; undefined if there is none.
 * @param withdrawn what the attempt took for withdrawn when it began
 * @throws DamagedTooOftenError
 */
export async function recallDamaged(
  tools: StepTools,
  plan: Plan,
  damaged: readonly string[],
  withdrawn: readonly string[],
): Promise<string | undefined> {
  let recalled: string | undefined;
  for (const file of new Set(damaged)) {
    if (await recallOne(tools, plan, file, new Withdrawals(withdrawn))) recalled ??= file;
  }
  return recalled;
}

async function recallOne(tools: StepTools, plan: Plan, damaged: string, before: Withdrawals): Promise<boolean> {
  const [, file, index] = segmentName.exec(damaged) ?? [];
  if (index !== undefined) {
    await withdrawCommit(tools.jobs, { jobId: plan.job_id, kind: 'map', index: Number(index), file });
    const now = await tools.jobs.withdrawals(plan.job_id);
    if (now.generation('map', Number(index)) > before.generation('map', Number(index))) return true;
  }
  // Then the summary is wrong, which is made of commit records and can be made of them again.
  const group = index === undefined ? summaryName.exec(damaged)?.[1] : groupOf(Number(index));
  if (group !== undefined) await makeSummaryAgain(tools, plan, Number(group), before);
  return false;
}

async function makeSummaryAgain(tools: StepTools, plan: Plan, group: number, withdrawals: Withdrawals): Promise<void> {
  await tools.store.remove(groupSummaryPath(plan.job_id, 'map', group, withdrawals.countIn('map', group)));
  await summariseGroup(tools, plan, 'map', group, withdrawals);
}

/** Whether a reduce task has to wait for map tasks that run again. */
export async function waitsForMapTasks(
  tools: StepTools,
  work: MessageAtWork,
  withdrawals: Withdrawals,
): Promise<boolean> {
  const { plan } = work;
  const missing: number[] = [];
  for (const index of withdrawals.tasks('map')) {
    const record = await readCommitOrWithdraw(tools.jobs, { jobId: plan.job_id, kind: 'map', index }, withdrawals);
    if (record === undefined) missing.push(index);
  }
  for (const index of missing) await queueAgain(tools, work, index, withdrawals);
  return missing.length > 0 || !(await areSummarised(tools, plan, withdrawals));
}

/** Makes sure that the summaries are there that name the new segments. False if one of these was withdrawn meanwhile. */
async function areSummarised(tools: StepTools, plan: Plan, withdrawals: Withdrawals): Promise<boolean> {
  try {
    for (const group of new Set(withdrawals.tasks('map').map(groupOf))) {
      await summariseGroup(tools, plan, 'map', group, withdrawals);
    }
    return true;
  } catch (error) {
    if (error instanceof TaskNotCommittedError) return false;
    throw error;
  }
}

/** The message that the task had may still be there, done; so this one has another id, which says for which time it is. */
async function queueAgain(
  tools: StepTools,
  { plan, asked, message }: MessageAtWork,
  index: number,
  withdrawals: Withdrawals,
): Promise<void> {
  const generation = withdrawals.generation('map', index);
  const before = await attemptsBefore(tools, plan.job_id, index, generation);
  const data = { job_id: plan.job_id, kind: 'map', index, attempts_before: before } as const;
  await tools.queues.tasks.add('map', data, {
    ...messageOptions(asked.spec.max_attempts),
    ...onceMoreOptions,
    jobId: messageIds.taskAgain(plan.job_id, 'map', index, generation),
    // The turn is that of the task which waits for it.
    priority: message.priority,
  });
}

/** No attempt that was made may have its number. */
async function attemptsBefore(tools: StepTools, jobId: string, index: number, generation: number): Promise<number> {
  const message = await tools.queues.tasks.getJob(taskId(jobId, 'map', index));
  const started = message === undefined ? 0 : attemptNumber(message, message.data);
  return started + generation;
}
