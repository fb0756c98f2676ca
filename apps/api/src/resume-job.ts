/** What a job that is stored and not known to have ended needs at least: its verdict recorded, or a message that asks for its plan. */
import type { ApiDependencies } from './dependencies.js';
import { queueJob } from './queue-job.js';

type ResumeDependencies = Pick<ApiDependencies, 'history' | 'jobStore' | 'queue'>;

/** Repeating it is harmless: the plan's message has one id. Whether a planned job goes on is the sweep's business. */
export async function resumeJob(dependencies: ResumeDependencies, jobId: string): Promise<void> {
  const { history, jobStore, queue } = dependencies;
  const asked = await history.askedJob(jobId);
  if (asked === undefined) return;
  const verdict = await jobStore.readVerdict(asked.job_id);
  if (verdict !== undefined) await history.finishJob(verdict);
  else if ((await jobStore.readAsked(asked.job_id)) !== undefined) await queue.addPlan(asked);
  else await queueJob(dependencies, asked);
}
