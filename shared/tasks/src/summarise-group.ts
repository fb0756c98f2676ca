/**
 * Gathers the commit records of one group of 1,000 tasks into its summary, once. It is also the proof that the
 * barrier asks for: a summary exists only if every task of the group has a committed attempt.
 */
import {
  addCounters,
  type CommitRecord,
  firstTaskOf,
  type GroupSummary,
  groupSummaryPath,
  type Plan,
  type TaskKind,
  taskId,
  taskOutputSchema,
  zeroCounters,
} from '@gridmr/contracts';
import { type BlobStore, type JobStore, type ReadOptions, StorageError, type Withdrawals } from '@gridmr/storage';
import { concurrently } from './concurrently.js';
import { readSummary } from './read-summary.js';
import { readCommitOrWithdraw } from './withdraw-commit.js';

const readsAtOnce = 32;

/** Where what is done of jobs stands. */
export interface DoneJobs {
  readonly store: BlobStore;
  readonly jobs: JobStore;
}

/** The queue says that a task is done, the shared directory does not. */
export class TaskNotCommittedError extends Error {
  readonly taskIds: readonly string[];

  constructor(taskIds: readonly string[]) {
    super(`no committed attempt of ${taskIds[0]}${taskIds.length > 1 ? ` and ${taskIds.length - 1} more` : ''}`);
    this.name = 'TaskNotCommittedError';
    this.taskIds = taskIds;
  }
}

export async function summariseGroup(
  tools: DoneJobs,
  plan: Plan,
  kind: TaskKind,
  group: number,
  withdrawals: Withdrawals,
): Promise<GroupSummary> {
  const path = groupSummaryPath(plan.job_id, kind, group, withdrawals.countIn(kind, group));
  const before = (await tools.store.stat(path)) && (await readSummary(tools.store, path).catch(noneIfDamaged));
  if (before !== undefined) return before;
  const summary = await gatherGroup(tools, plan, kind, group, withdrawals);
  await tools.store.write(path, Buffer.from(JSON.stringify(summary)));
  return summary;
}

/** The same for who needs it once: nothing is written. */
export async function gatherGroup(
  { jobs }: Pick<DoneJobs, 'jobs'>,
  plan: Plan,
  kind: TaskKind,
  group: number,
  withdrawals: Withdrawals,
): Promise<GroupSummary> {
  const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
  const first = firstTaskOf(group);
  const indices = Array.from({ length: Math.min(firstTaskOf(group + 1), tasks) - first }, (_, i) => first + i);
  const read = (index: number, options?: ReadOptions) =>
    readCommitOrWithdraw(jobs, { jobId: plan.job_id, kind, index }, withdrawals, options);
  const records = await concurrently(readsAtOnce, indices, index => read(index));
  await lookAgain(indices, records, index => read(index, { isAwaited: true }));
  const missing = indices.filter((_, i) => records[i] === undefined);
  if (missing.length > 0) throw new TaskNotCommittedError(missing.map(index => taskId(plan.job_id, kind, index)));
  return summaryOf(records.filter(record => record !== undefined));
}

/** The queue says that all are done, so what is missing may only not be shown yet; but if the first one never shows, the queue was wrong. */
async function lookAgain<Index, Found>(
  indices: readonly Index[],
  records: (Found | undefined)[],
  read: (index: Index) => Promise<Found | undefined>,
): Promise<void> {
  for (const [i, index] of indices.entries()) {
    if (records[i] !== undefined) continue;
    records[i] = await read(index);
    if (records[i] === undefined) return;
  }
}

/** It is made again of the records, and takes the place of the damaged one. */
function noneIfDamaged(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.code !== 'damaged') throw error;
}

function summaryOf(records: readonly CommitRecord[]): GroupSummary {
  const counters = zeroCounters();
  for (const record of records) addCounters(counters, record.counters);
  return {
    outputs: records.map(record => taskOutputSchema.parse(record)),
    counters,
  };
}
