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
import type { BlobStore, JobStore } from '@gridmr/storage';
import { concurrently } from './concurrently.js';
import { readSummary } from './read-summary.js';

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
): Promise<GroupSummary> {
  const path = groupSummaryPath(plan.job_id, kind, group);
  if ((await tools.store.stat(path)) !== undefined) return readSummary(tools.store, path);
  const summary = await gatherGroup(tools, plan, kind, group);
  await tools.store.write(path, Buffer.from(JSON.stringify(summary)));
  return summary;
}

/** The same for who needs it once: nothing is written. */
export async function gatherGroup(
  tools: Pick<DoneJobs, 'jobs'>,
  plan: Plan,
  kind: TaskKind,
  group: number,
): Promise<GroupSummary> {
  const tasks = kind === 'map' ? plan.map_tasks : plan.reduce_tasks;
  const first = firstTaskOf(group);
  const indices = Array.from({ length: Math.min(firstTaskOf(group + 1), tasks) - first }, (_, i) => first + i);
  const records = await concurrently(readsAtOnce, indices, index => tools.jobs.readCommit(plan.job_id, kind, index));
  const missing = indices.filter((_, i) => records[i] === undefined);
  if (missing.length > 0) throw new TaskNotCommittedError(missing.map(index => taskId(plan.job_id, kind, index)));
  return summaryOf(records.filter(record => record !== undefined));
}

function summaryOf(records: readonly CommitRecord[]): GroupSummary {
  const counters = zeroCounters();
  for (const record of records) addCounters(counters, record.counters);
  return {
    outputs: records.map(record => taskOutputSchema.parse(record)),
    counters,
  };
}
