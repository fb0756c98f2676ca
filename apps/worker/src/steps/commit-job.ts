/**
 * Step 6 of a job's path: every part is committed, so make the output count.
 *
 * Order matters: parts and manifest are placed, then the verdict is committed (a cancel may win that race), then
 * `_SUCCESS` is written. The step may die anywhere and run again, or be stopped anywhere and go on after another worker has
 * finished the job: a part that was moved is not moved twice, a manifest and a verdict that stand stay, and `_SUCCESS` is
 * written after these in any case.
 */
import { type AskedJob, outputNames } from '@gridmr/contracts';
import { placeOutput } from '@gridmr/tasks';
import { releaseOutput } from './claim-output.js';
import { endJob } from './end-job.js';
import { removeOutput } from './remove-output.js';
import type { StepTools } from './step-tools.js';

export async function commitJob(tools: StepTools, jobId: string): Promise<void> {
  const [before, asked] = await Promise.all([tools.jobs.readVerdict(jobId), tools.known.asked(jobId)]);
  if (before === undefined) await placeAndDecide(tools, asked);
  else if (before.status === 'completed') await markSuccess(tools, asked);
}

async function placeAndDecide(tools: StepTools, asked: AskedJob): Promise<void> {
  const { job_id } = asked;
  const plan = await tools.known.plan(job_id);
  tools.news.publish({ type: 'phase', job_id, phase: 'commit', at: new Date().toISOString() });
  const hasEnded = async () => (await tools.known.verdict(job_id)) !== undefined;
  const standing = await tools.jobs.commitVerdict(await placeOutput(tools, asked, plan, hasEnded));
  if (standing.status === 'completed') await markSuccess(tools, asked);
  else await withdraw(tools, asked);
}

/** The clean-up after the other verdict may have come before the parts that were placed here. */
async function withdraw(tools: StepTools, asked: AskedJob): Promise<void> {
  await removeOutput(tools, asked);
  await releaseOutput(tools.store, asked);
}

async function markSuccess(tools: StepTools, asked: AskedJob): Promise<void> {
  await tools.store.write(`${asked.spec.output_path}/${outputNames.success}`, new Uint8Array());
  await endJob(tools, asked.job_id);
}
