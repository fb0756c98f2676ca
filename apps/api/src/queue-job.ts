/** The two steps after a job's record is stored: workers can read what was asked, and one is told to plan it. Repeating them is harmless. */
import type { AskedJob } from '@gridmr/contracts';
import type { ApiDependencies } from './dependencies.js';

export async function queueJob(
  { jobStore, queue }: Pick<ApiDependencies, 'jobStore' | 'queue'>,
  asked: AskedJob,
): Promise<void> {
  await jobStore.writeAsked(asked);
  await queue.addPlan(asked);
}
