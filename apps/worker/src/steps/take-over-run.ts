/**
 * The first step of a run that a retry has begun: what stays valid of the run before becomes this run's.
 *
 * ```
 * 1. the run before gives up the output: parts it had placed go back to where its attempts had written them
 * 2. its splits, then its stages, are moved into this run's directory, as far as the retry keeps them
 * 3. a committed part whose file is gone (a final step that came too late had moved it) is committed no longer
 * 4. the plan is committed here, which ends it
 * ```
 *
 * It may die anywhere and run again, and two may be at it at once: each directory is moved once. If the splits are gone, since the time to
 * keep them is over, nothing is taken over and the job is planned anew.
 *
 * Late workers of the run before find its directory empty and its verdict standing: what they still commit counts for nobody.
 */
import { type AskedJob, jobFiles, type Plan, queueLimits, type TaskKind } from '@gridmr/contracts';
import { planDirectory } from '@gridmr/storage';
import { concurrently } from '@gridmr/tasks';
import { removeOutput } from './remove-output.js';
import type { StepTools } from './step-tools.js';

/** Returns the plan, or undefined if there is nothing to go on from. */
export async function takeOverRun(tools: StepTools, asked: AskedJob): Promise<Plan | undefined> {
  const { job_id, goes_on_from: keeps } = asked;
  const before = keeps && (await tools.jobs.readAsked(keeps.job_id));
  if (keeps === undefined || before === undefined) return undefined;
  // A run that ended before it had taken over anything itself does so now.
  const earlier = (await tools.jobs.readPlan(before.job_id)) ?? (await takeOverRun(tools, before));
  if (earlier === undefined) return dropStages(tools, job_id);
  await removeOutput(tools, before);
  const plan = { ...earlier, job_id };
  const isThere = await tools.store.moveDirectory(planDirectory(earlier), planDirectory(plan));
  if (!isThere) return dropStages(tools, job_id);
  for (const kind of ['map', 'reduce'] as const) {
    if (keeps[kind]) await tools.store.moveDirectory(stageDirectory(before.job_id, kind), stageDirectory(job_id, kind));
  }
  if (keeps.map) {
    await tools.store.moveDirectory(jobFiles.deadLetters(before.job_id), jobFiles.deadLetters(job_id));
  }
  await uncommitLostParts(tools, plan);
  return tools.jobs.adoptPlan(plan);
}

/** What an earlier try had taken over, of a plan that is gone. */
async function dropStages({ store }: StepTools, jobId: string): Promise<undefined> {
  for (const kind of ['map', 'reduce'] as const) await store.remove(stageDirectory(jobId, kind));
}

function stageDirectory(jobId: string, kind: TaskKind): string {
  return `${jobFiles.directory(jobId)}/${kind}`;
}

async function uncommitLostParts({ store, jobs }: StepTools, plan: Plan): Promise<void> {
  const kind = plan.reduce_tasks === 0 ? 'map' : 'reduce';
  const indices: number[] = [];
  for await (const index of jobs.listCommits(plan.job_id, kind)) indices.push(index);
  const lost = await concurrently(queueLimits.recordsReadAtOnce, indices, async index => {
    const record = await jobs.readCommit(plan.job_id, kind, index);
    if (record === undefined) return false;
    if ((await store.stat(`${jobFiles.taskDirectory(plan.job_id, kind, index)}/${record.file}`)) !== undefined)
      return false;
    await store.remove(jobFiles.commit(plan.job_id, kind, index));
    return true;
  });
  if (!lost.includes(true)) return;
  for (const name of await store.names(stageDirectory(plan.job_id, kind))) {
    if (name.startsWith('summary-')) await store.remove(`${stageDirectory(plan.job_id, kind)}/${name}`);
  }
}
