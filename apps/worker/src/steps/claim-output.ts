/**
 * Two jobs must not write one output path. The first to plan claims the path by a first-wins file under `.gridmr/`;
 * the claim is given back when the job ends. What stood in the directory before is judged here as well as at submission,
 * since a job may have waited for hours.
 */
import { type AskedJob, jobIdSchema, TaskError } from '@gridmr/contracts';
import { type BlobStore, outputClaimPath, outputDirectoryIsFree } from '@gridmr/storage';
import type { StepTools } from './step-tools.js';

const claimBytesMax = 64;

export async function claimOutput(tools: StepTools, asked: AskedJob): Promise<void> {
  const { job_id, spec } = asked;
  const path = outputClaimPath(spec.output_path);
  const own = Buffer.from(job_id);
  if (!(await tools.store.commitOnce(path, own))) {
    const owner = jobIdSchema.parse(Buffer.from(await tools.store.read(path, claimBytesMax)).toString());
    if (owner === job_id) return;
    if ((await tools.jobs.readVerdict(owner)) === undefined)
      throw outputTaken(spec.output_path, `job ${owner} writes it`);
    // The owner ended without giving its claim back.
    await tools.store.remove(path);
    if (!(await tools.store.commitOnce(path, own))) throw outputTaken(spec.output_path, 'another job writes it');
  }
  if (!(await outputDirectoryIsFree(tools.store, spec.output_path))) {
    await tools.store.remove(path);
    throw outputTaken(spec.output_path, 'it holds files already');
  }
}

/** Whether the claim is this job's, or now is. */
export async function holdOutput(store: BlobStore, asked: AskedJob): Promise<boolean> {
  const path = outputClaimPath(asked.spec.output_path);
  if (await store.commitOnce(path, Buffer.from(asked.job_id))) return true;
  return Buffer.from(await store.read(path, claimBytesMax)).toString() === asked.job_id;
}

/** Gives the claim back, if it is this job's. */
export async function releaseOutput(store: BlobStore, asked: AskedJob): Promise<void> {
  const path = outputClaimPath(asked.spec.output_path);
  if ((await store.stat(path)) === undefined) return;
  const owner = Buffer.from(await store.read(path, claimBytesMax)).toString();
  if (owner === asked.job_id) await store.remove(path);
}

function outputTaken(path: string, why: string): TaskError {
  return new TaskError({
    code: 'output_exists',
    message: `cannot write to ${path}: ${why}; choose another output_path`,
  });
}
