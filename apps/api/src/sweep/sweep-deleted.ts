/**
 * Ends deletions that another process has begun, and begins those of jobs that are too old or too many. A few at a time: the next pass takes the
 * next ones.
 *
 * Attempts that were at work when their job was cancelled and deleted may still write for a moment. So the files are removed once more
 * a while later; then the deletion is forgotten.
 */
import { sweepLimits } from '@gridmr/contracts';
import type { Deletion } from '@gridmr/history';
import { removeDeleted } from '../remove-deleted.js';
import type { SweepDependencies } from './sweep-dependencies.js';

const dayMs = 86_400_000;

/** What was begun, and is to be looked at once more: removed already by this process. */
export type Removed = Set<string>;

export async function sweepDeleted(dependencies: SweepDependencies, removed: Removed): Promise<void> {
  const { history, kept } = dependencies;
  for (const deletion of await history.deletions(sweepLimits.deletionsAtOnce)) {
    await endDeletion(dependencies, deletion, removed);
  }
  if (kept.days === undefined && kept.jobs === undefined) return;
  const endedSince = kept.days === undefined ? undefined : new Date(Date.now() - kept.days * dayMs).toISOString();
  for (const jobId of await history.expiredJobs({ endedSince, jobs: kept.jobs }, sweepLimits.deletionsAtOnce)) {
    const deletion = await history.deleteJob(jobId, false);
    if (deletion) await endDeletion(dependencies, deletion, removed);
  }
}

async function endDeletion(dependencies: SweepDependencies, deletion: Deletion, removed: Removed): Promise<void> {
  const { jobId, deletedAt } = deletion;
  const isLast = Date.now() - Date.parse(deletedAt) >= sweepLimits.deletedAgainMs;
  if (!isLast && removed.has(jobId)) return;
  await removeDeleted(dependencies, deletion);
  removed.add(jobId);
  if (!isLast) return;
  await dependencies.history.forgetDeletion(jobId);
  removed.delete(jobId);
}
