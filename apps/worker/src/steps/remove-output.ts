/**
 * Takes back the parts that the final step had placed when another verdict came first: they go to where their attempts had written them, so that a
 * retry does not make them again, or away. What else stands in the output is not ours; and nothing is once another job has claimed
 * the path, which a step that was stopped for long finds out before each removal.
 */
import { type AskedJob, jobFiles, outputNames, partNamePattern, runId } from '@gridmr/contracts';
import { holdOutput } from './claim-output.js';
import type { StepTools } from './step-tools.js';

export async function removeOutput({ store, jobs }: Pick<StepTools, 'store' | 'jobs'>, asked: AskedJob): Promise<void> {
  const { output_path: outputPath } = asked.spec;
  if (await belongsToAnother(jobs, asked)) return;
  for await (const path of store.listPaths(outputPath)) {
    const name = path.slice(outputPath.length + 1);
    if (!partNamePattern.test(name) && name !== outputNames.manifest) continue;
    if (!(await holdOutput(store, asked))) return;
    if (!(await putBack({ store, jobs }, asked.job_id, path, name))) await store.remove(path);
  }
}

/** Whether another job, or another run of this one, has finished here meanwhile and given its claim back. */
async function belongsToAnother(jobs: StepTools['jobs'], { job_id, spec }: AskedJob): Promise<boolean> {
  const manifest = await jobs.readManifest(`${spec.output_path}/${outputNames.manifest}`);
  return manifest !== undefined && runId(manifest.job_id, manifest.run ?? 1) !== job_id;
}

/** Returns whether the part stands again where its commit record says. */
async function putBack(
  { store, jobs }: Pick<StepTools, 'store' | 'jobs'>,
  jobId: string,
  path: string,
  name: string,
): Promise<boolean> {
  const [, letter, index] = /^part-([mr])-(\d+)/.exec(name) ?? [];
  if (index === undefined) return false;
  const kind = letter === 'm' ? 'map' : 'reduce';
  const record = await jobs.readCommit(jobId, kind, Number(index));
  if (record === undefined) return false;
  const place = `${jobFiles.taskDirectory(jobId, kind, Number(index))}/${record.file}`;
  if ((await store.stat(place)) !== undefined) return false;
  await store.rename(path, place);
  return true;
}
