/**
 * Notices that news of a running job stands still while more and more tasks are committed: the stream of news was lost, and
 * not the messages. Names are listed only of jobs whose counts have not moved for a while.
 */
import { type JobStatusView, parseRunId, sweepLimits } from '@gridmr/contracts';
import { catchUp, countCommits } from './catch-up.js';
import type { SweepDependencies } from './sweep-dependencies.js';

interface Seen {
  readonly counts: string;
  readonly sinceMs: number;
}

export class NewsWatch {
  readonly #seen = new Map<string, Seen>();

  async look(dependencies: SweepDependencies, jobId: string): Promise<void> {
    const status = await dependencies.history.findStatus(parseRunId(jobId).jobId);
    if (status === undefined) return;
    const counts = JSON.stringify([status.phase, status.tasks]);
    const before = this.#seen.get(jobId);
    const nowMs = performance.now();
    if (before?.counts !== counts) this.#seen.set(jobId, { counts, sinceMs: nowMs });
    else if (nowMs - before.sinceMs > sweepLimits.newsStandStillMs) {
      this.#seen.set(jobId, { counts, sinceMs: nowMs });
      if (await isBehind(dependencies, jobId, status)) await catchUp(dependencies, jobId);
    }
  }

  forget(jobId: string): void {
    this.#seen.delete(jobId);
  }

  /** Forgets all other jobs: most end without the sweep's doing. */
  keepOnly(jobIds: ReadonlySet<string>): void {
    for (const jobId of this.#seen.keys()) if (!jobIds.has(jobId)) this.#seen.delete(jobId);
  }
}

async function isBehind(
  dependencies: SweepDependencies,
  runId: string,
  { phase, tasks }: JobStatusView,
): Promise<boolean> {
  if (phase === null) return (await dependencies.jobStore.readPlan(runId)) !== undefined;
  return (await countCommits(dependencies, runId)) > tasks.map.completed + tasks.reduce.completed;
}
