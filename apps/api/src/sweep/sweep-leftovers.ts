/**
 * Finds what ended jobs have left on the shared directory: intermediates whose clean-up was lost, files that a late attempt has
 * put there afterwards, committed tasks that were kept for a retry long enough, claims of output paths. All of it is the business of the
 * clean-up, which is queued (again).
 */
import { isFinished, jobFiles, jobIdSchema, keptJobFiles, outputClaimsDirectory, parseRunId } from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import type { SweepDependencies } from './sweep-dependencies.js';

const hourMs = 3_600_000;
const claimBytesMax = 64;

/** Returns how many ended jobs had left something. */
export async function sweepLeftovers(dependencies: SweepDependencies, signal: AbortSignal): Promise<number> {
  const { store, queue } = dependencies;
  const untidy = new Set<string>();
  const unreleased = new Set<string>();
  for (const jobId of await store.names(jobFiles.all)) {
    if (signal.aborted) return untidy.size;
    if (await hasLeftovers(dependencies, jobId)) untidy.add(jobId);
  }
  for (const name of await store.names(outputClaimsDirectory)) {
    if (signal.aborted) return untidy.size;
    const owner = await ownerOf(dependencies, `${outputClaimsDirectory}/${name}`);
    if (owner !== undefined && (await hasEnded(dependencies, owner))) unreleased.add(owner);
  }
  const expired = await expiredRuns(dependencies, untidy);
  for (const runId of expired) await queue.addCleanUp(runId, true);
  const ended = (await recordedAsEnded(dependencies, unreleased)).filter(runId => !expired.includes(runId));
  for (const runId of ended) await queue.addCleanUp(runId);
  return expired.length + ended.length;
}

/** Of these runs those whose job can go on from nothing of theirs: it has completed, or ended long ago. */
async function expiredRuns(dependencies: SweepDependencies, runIds: Iterable<string>): Promise<string[]> {
  const { history, jobStore, kept } = dependencies;
  const expired: string[] = [];
  for (const runId of await recordedAsEnded(dependencies, runIds)) {
    const current = (await history.currentRun(parseRunId(runId).jobId)) ?? runId;
    const verdict = await jobStore.readVerdict(current);
    const isOld = Date.now() - Date.parse(verdict?.finished_at ?? '') >= kept.retryHours * hourMs;
    if (verdict?.status === 'completed' || isOld) expired.push(runId);
  }
  return expired;
}

/** What is left of a job whose end is not recorded yet is needed for its record: that comes first. */
async function recordedAsEnded({ history }: SweepDependencies, jobIds: Iterable<string>): Promise<string[]> {
  const ended: string[] = [];
  for (const jobId of jobIds) {
    const job = await history.findStatus(parseRunId(jobId).jobId);
    if (job === undefined || isFinished(job.status)) ended.push(jobId);
  }
  return ended;
}

async function hasLeftovers({ store }: SweepDependencies, jobId: string): Promise<boolean> {
  if (!jobIdSchema.safeParse(jobId).success) return false;
  const directory = jobFiles.directory(jobId);
  const paths = (await store.names(directory)).map(name => `${directory}/${name}`);
  return paths.includes(jobFiles.verdict(jobId)) && paths.some(path => !keptJobFiles(jobId).includes(path));
}

async function hasEnded({ jobStore }: SweepDependencies, jobId: string): Promise<boolean> {
  return (await jobStore.readVerdict(jobId)) !== undefined && (await jobStore.readAsked(jobId)) !== undefined;
}

/** Undefined if the claim was given back meanwhile. */
async function ownerOf({ store }: SweepDependencies, claim: string): Promise<string | undefined> {
  try {
    const owner = Buffer.from(await store.read(claim, claimBytesMax)).toString();
    return jobIdSchema.safeParse(owner).success ? owner : undefined;
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not_found') return undefined;
    throw error;
  }
}
