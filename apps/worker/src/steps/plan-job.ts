/**
 * Step 2 of a job's path: expand its inputs, cut and pack splits, freeze the plan, queue the map tasks.
 * The plan is committed once: whoever comes later, whatever happened to the inputs since, works by the same plan.
 */
import type { AskedJob, Plan } from '@gridmr/contracts';
import { makePlan } from '@gridmr/tasks';
import { claimOutput } from './claim-output.js';
import { committedTasks } from './committed-tasks.js';
import { queueStage } from './queue-stage.js';
import { mapStage } from './stages.js';
import type { StepTools } from './step-tools.js';
import { takeOverRun } from './take-over-run.js';

/** @param attemptsBefore see `controlDataSchema` */
export async function planJob(tools: StepTools, jobId: string, attemptsBefore?: number): Promise<void> {
  const [verdict, asked, before] = await Promise.all([
    tools.known.verdict(jobId),
    tools.known.asked(jobId),
    tools.jobs.readPlan(jobId),
  ]);
  if (verdict !== undefined) return;
  const taken = before ?? (await takeOverRun(tools, asked));
  await claimOutput(tools, asked);
  const plan = taken ?? (await planNow(tools, asked));
  const { map_tasks, reduce_tasks, input } = plan;
  tools.news.publish({ type: 'planned', job_id: jobId, at: plan.planned_at, map_tasks, reduce_tasks, input });
  await queueStage(tools, {
    jobId,
    ...mapStage(plan),
    isCommitted: await committedTasks(tools, plan, 'map'),
    spec: asked.spec,
    attemptsBefore,
    hasEnded: async () => (await tools.known.verdict(jobId)) !== undefined,
  });
}

async function planNow({ store, jobs, logger }: StepTools, asked: AskedJob): Promise<Plan> {
  const plan = await makePlan(store, jobs, asked);
  const { job_id, map_tasks, reduce_tasks, input } = plan;
  logger.info('planned', { job_id, map_tasks, reduce_tasks, ...input });
  return plan;
}
