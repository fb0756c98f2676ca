/**
 * Step 2 of a job's path: expand its inputs, cut and pack splits, freeze the plan, queue the map tasks.
 * The plan is committed once: whoever comes later, whatever happened to the inputs since, works by the same plan.
 */
import { type AskedJob, type Plan, randomToken, type Split, TaskError } from '@gridmr/contracts';
import { planSplits, splitBytesOf } from '@gridmr/engine';
import { expandInputs, StorageError } from '@gridmr/storage';
import { claimOutput } from './claim-output.js';
import { committedTasks } from './committed-tasks.js';
import { findCuts } from './find-cuts.js';
import { mapStage } from './stages.js';
import type { StepTools } from './step-tools.js';
import { addTaskFlow } from './task-flow.js';

const planTokenLength = 8;

/** @param attemptsBefore see `controlDataSchema` */
export async function planJob(tools: StepTools, jobId: string, attemptsBefore?: number): Promise<void> {
  const [verdict, asked, before] = await Promise.all([
    tools.known.verdict(jobId),
    tools.known.asked(jobId),
    tools.jobs.readPlan(jobId),
  ]);
  if (verdict !== undefined) return;
  await claimOutput(tools, asked);
  const plan = before ?? (await makePlan(tools, asked));
  const { map_tasks, reduce_tasks, input } = plan;
  tools.news.publish({ type: 'planned', job_id: jobId, at: plan.planned_at, map_tasks, reduce_tasks, input });
  await addTaskFlow(tools.queues, {
    jobId,
    ...mapStage(plan),
    isCommitted: await committedTasks(tools, plan, 'map'),
    spec: asked.spec,
    attemptsBefore,
  });
}

async function makePlan(tools: StepTools, asked: AskedJob): Promise<Plan> {
  const { job_id, spec } = asked;
  const files = await inputFiles(tools, asked);
  const splitBytes = splitBytesOf(spec.split_size_mb);
  const cuttable = await findCuts(tools.store, files, splitBytes, spec.input_format);
  const splits: Split[] = Array.from(planSplits(cuttable, splitBytes, spec.input_format));
  const plan: Plan = {
    job_id,
    token: randomToken(planTokenLength),
    map_tasks: splits.length,
    reduce_tasks: spec.num_reducers,
    input: { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) },
    planned_at: new Date().toISOString(),
  };
  tools.logger.info('planned', { job_id, map_tasks: plan.map_tasks, reduce_tasks: plan.reduce_tasks, ...plan.input });
  return tools.jobs.commitPlan(plan, splits);
}

async function inputFiles(tools: StepTools, asked: AskedJob) {
  try {
    return await expandInputs(tools.store, asked.spec.inputs);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code === 'io_error') throw error;
    throw new TaskError(
      { code: error.code === 'too_many' ? 'too_many_tasks' : 'input_not_found', message: error.message },
      { cause: error },
    );
  }
}
