/** Step 4 of a job's path: every map task has a committed attempt, so queue the reduce tasks. */
import { groupCount } from '@gridmr/contracts';
import { checkSkipped, summariseGroup } from '@gridmr/tasks';
import { committedTasks } from './committed-tasks.js';
import { queueStage } from './queue-stage.js';
import { reduceStage } from './stages.js';
import type { StepTools } from './step-tools.js';

/** @param attemptsBefore see `controlDataSchema` */
export async function passMapBarrier(tools: StepTools, jobId: string, attemptsBefore?: number): Promise<void> {
  const hasEnded = async () => (await tools.known.verdict(jobId)) !== undefined;
  if (await hasEnded()) return;
  const [asked, plan] = await Promise.all([tools.known.asked(jobId), tools.known.plan(jobId)]);
  const isCommitted = committedTasks(tools, plan, 'reduce');
  // Its failure is met below.
  isCommitted.catch(() => undefined);
  publishPhase(tools, jobId, 'shuffle');
  const withdrawals = await tools.jobs.withdrawals(jobId);
  let skipped = 0;
  for (let group = 0; group < groupCount(plan.map_tasks); group++) {
    skipped += (await summariseGroup(tools, plan, 'map', group, withdrawals)).counters.skipped_records;
    if (await hasEnded()) return;
  }
  checkSkipped(asked, skipped);
  await queueStage(tools, {
    jobId,
    ...reduceStage(plan),
    isCommitted: await isCommitted,
    spec: asked.spec,
    attemptsBefore,
    hasEnded,
  });
  publishPhase(tools, jobId, 'reduce');
}

function publishPhase(tools: StepTools, job_id: string, phase: 'shuffle' | 'reduce'): void {
  tools.news.publish({ type: 'phase', job_id, phase, at: new Date().toISOString() });
}
