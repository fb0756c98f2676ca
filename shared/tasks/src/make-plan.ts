/** Step 2 of a job's path: from what it names as input to a frozen plan. Whoever comes later works by the plan that was committed first. */
import { type AskedJob, type Plan, randomToken, type Split, TaskError } from '@gridmr/contracts';
import { planSplits, splitBytesOf } from '@gridmr/engine';
import { type BlobStore, expandInputs, type JobStore, StorageError } from '@gridmr/storage';
import { findCuts } from './find-cuts.js';

const planTokenLength = 8;

/**
 * Returns the plan that stands. Throws `TaskError` for inputs that are missing or too many.
 * @param inputs where the job's input files are
 * @param choose which of the splits are worked on, if not all
 */
export async function makePlan(
  inputs: BlobStore,
  jobs: JobStore,
  asked: AskedJob,
  choose: (splits: Split[]) => Split[] | Promise<Split[]> = splits => splits,
): Promise<Plan> {
  const { job_id, spec } = asked;
  const files = await inputFiles(inputs, asked);
  const splitBytes = splitBytesOf(spec.split_size_mb);
  const cuttable = await findCuts(inputs, files, splitBytes, spec.input_format);
  const splits = await choose(Array.from(planSplits(cuttable, splitBytes, spec.input_format)));
  const plan: Plan = {
    job_id,
    token: randomToken(planTokenLength),
    map_tasks: splits.length,
    reduce_tasks: spec.num_reducers,
    input: { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) },
    planned_at: new Date().toISOString(),
  };
  return jobs.commitPlan(plan, splits);
}

async function inputFiles(inputs: BlobStore, asked: AskedJob) {
  try {
    return await expandInputs(inputs, asked.spec.inputs);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code === 'io_error') throw error;
    throw new TaskError(
      { code: error.code === 'too_many' ? 'too_many_tasks' : 'input_not_found', message: error.message },
      { cause: error },
    );
  }
}
