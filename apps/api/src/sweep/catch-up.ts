/**
 * Makes up for lost news: what stands on the shared directory about a running job becomes history. News that were lost told
 * no more than that, but for attempts that came to nothing.
 */
import { commitNews, inPieces, queueLimits, sweepLimits, type TaskKind } from '@gridmr/contracts';
import { nothingIfDamaged, type Withdrawals } from '@gridmr/storage';
import type { ApiDependencies } from '../dependencies.js';

type CatchUpDependencies = Pick<ApiDependencies, 'history' | 'jobStore'>;

/** Records the plan and all committed attempts, as far as the history does not have them. */
export async function catchUp(dependencies: CatchUpDependencies, jobId: string): Promise<void> {
  const { history, jobStore } = dependencies;
  const plan = await jobStore.readPlan(jobId);
  if (plan === undefined) return;
  const { planned_at: at, map_tasks, reduce_tasks, input } = plan;
  await history.recordEvents([{ type: 'planned', job_id: jobId, at, map_tasks, reduce_tasks, input }]);
  for (const kind of ['map', 'reduce'] as const) await catchUpTasks(dependencies, jobId, kind);
}

/** How many tasks of a job stand committed. Reads names only. */
export async function countCommits(
  { jobStore }: Pick<CatchUpDependencies, 'jobStore'>,
  jobId: string,
): Promise<number> {
  let count = 0;
  for (const kind of ['map', 'reduce'] as const) {
    for await (const _ of jobStore.listCommits(jobId, kind)) count++;
  }
  return count;
}

async function catchUpTasks(dependencies: CatchUpDependencies, jobId: string, kind: TaskKind): Promise<void> {
  const withdrawals = await dependencies.jobStore.withdrawals(jobId);
  let indices: number[] = [];
  for await (const index of dependencies.jobStore.listCommits(jobId, kind)) {
    indices.push(index);
    if (indices.length < sweepLimits.recordsReadAtOnce) continue;
    await recordCommits(dependencies, jobId, kind, indices, withdrawals);
    indices = [];
  }
  await recordCommits(dependencies, jobId, kind, indices, withdrawals);
}

async function recordCommits(
  { history, jobStore }: CatchUpDependencies,
  jobId: string,
  kind: TaskKind,
  indices: readonly number[],
  withdrawals: Withdrawals,
): Promise<void> {
  // The task of a damaged one will run again, which is the business of workers.
  const read = (index: number) => jobStore.readCommit(jobId, kind, index, withdrawals).catch(nothingIfDamaged);
  const records = await Promise.all(indices.map(read));
  const events = records.filter(record => record !== undefined).map(commitNews);
  for (const piece of inPieces(events, queueLimits.eventsPerHandlingMax)) await history.recordEvents(piece);
}
