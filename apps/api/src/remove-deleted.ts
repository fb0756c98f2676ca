/**
 * Removes what a deleted job has left: its output, the directories of its runs, rows of its attempts. It may die anywhere and be repeated.
 *
 * Of the output only what the job has written is removed, if its manifest still says that it is this job's: `_SUCCESS` first, since without it
 * the output does not count, and the manifest last, since it says whose the rest is.
 */
import { jobFiles, jobIdSchema, outputNames, parseRunId, partNamePattern, runId, sweepLimits } from '@gridmr/contracts';
import type { Deletion } from '@gridmr/history';
import { outputClaimPath } from '@gridmr/storage';
import type { ApiDependencies } from './dependencies.js';

const claimBytesMax = 64;

type RemovalDependencies = Pick<ApiDependencies, 'history' | 'jobStore' | 'store'>;

export async function removeDeleted(dependencies: RemovalDependencies, deletion: Deletion): Promise<void> {
  const { history, store } = dependencies;
  const { jobId, runs, outputPath, outputGoes } = deletion;
  if (outputGoes) await removeOutput(dependencies, jobId, outputPath);
  await releaseOutput(store, jobId, outputPath);
  for (let run = 1; run <= runs; run++) await store.remove(jobFiles.directory(runId(jobId, run)));
  while (!(await history.deleteRows(jobId, sweepLimits.deletedRowsAtOnce)));
}

/** The clean-up may not have come to it, and knows the job no longer. */
async function releaseOutput(store: RemovalDependencies['store'], jobId: string, path: string): Promise<void> {
  const claim = outputClaimPath(path);
  if ((await store.stat(claim)) === undefined) return;
  const owner = Buffer.from(await store.read(claim, claimBytesMax)).toString();
  if (jobIdSchema.safeParse(owner).success && parseRunId(owner).jobId === jobId) await store.remove(claim);
}

async function removeOutput({ jobStore, store }: RemovalDependencies, jobId: string, path: string): Promise<void> {
  const manifestPath = `${path}/${outputNames.manifest}`;
  const manifest = await jobStore.readManifest(manifestPath);
  if (manifest?.job_id !== jobId) return;
  await store.remove(`${path}/${outputNames.success}`);
  for (const name of await store.names(path)) {
    if (partNamePattern.test(name)) await store.remove(`${path}/${name}`);
  }
  await store.remove(manifestPath);
  if ((await store.names(path)).length === 0 && path !== '') await store.remove(path);
}
