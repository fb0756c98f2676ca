/** What a process is to suffer at its calls of the file system, and how it is told: by an environment variable that a preloaded module reads. */

export interface FaultPlan {
  /** Only below this directory. */
  readonly root: string;
  /** Every so many calls one fails, counted by each thread for itself, beginning at a place that the seed decides. */
  readonly every?: number;
  /** How: `ESTALE`. */
  readonly error?: 'EIO' | 'ENOSPC' | 'ESTALE';
  readonly seed?: number;
  /** Links and renames are made, and only their answer is lost. */
  readonly answersLost?: boolean;
  /** Reads give fewer bytes than they were asked for, at least one. */
  readonly shortReads?: boolean;
  /** What other processes (and threads) make is missing for so long: an NFS mount that remembers missing names. */
  readonly unseenMs?: number;
}

/** No setting of GridMR: names that begin so are left alone by it. */
export const faultVariable = 'GRIDMR_TEST_FILE_FAULTS';

const preload = new URL('./preload.js', import.meta.url);

/** The environment of a process that is to suffer them in all its threads, and in the processes that it starts. */
export function faultEnvironment(plan: FaultPlan): Record<string, string> {
  const options = [process.env.NODE_OPTIONS ?? '', `--import=${preload.href}`].join(' ').trim();
  return { [faultVariable]: JSON.stringify(plan), NODE_OPTIONS: options };
}
