/**
 * What will go wrong, and when: frozen plain data that follows from a seed alone. Moments are counted in committed tasks, not in
 * seconds, so that a schedule says the same on a fast machine and on a slow one.
 */
import { Random } from '@gridmr/testkit';
import { type ChaosJob, chaosJob } from './chaos-job.js';

export const faultKinds = [
  'kill a worker',
  'kill all workers',
  'stop a worker past its lock',
  'stop a worker for a moment',
  'kill the API',
  'kill every process',
  'wipe the queue',
  'kill the queue server',
  'stop the queue server',
  'cut all connections to the queue',
  'lose messages of tasks',
  'repeat messages of tasks',
  'lose the locks of running tasks',
  'lose the news',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Of the schedule's jobs, the one whose progress is watched. */
  readonly job: number;
  /** 0: when it is accepted; 1: when all its tasks are committed. */
  readonly progress: number;
  /** In [0, 1): which worker, which messages. */
  readonly pick: number;
}

export interface ChaosSchedule {
  readonly seed: number;
  readonly jobs: readonly ChaosJob[];
  /** In the order in which they are awaited. */
  readonly faults: readonly Fault[];
}

const jobsMax = 3;
const faultsMax = 5;

export function chaosSchedule(seed: number): ChaosSchedule {
  const random = new Random(seed);
  const jobs = Array.from({ length: random.int(1, jobsMax) }, (_, i) => chaosJob(random, `seed-${seed}-${i + 1}`));
  const faults = Array.from({ length: random.int(1, faultsMax) }, () => ({
    kind: random.pick(faultKinds),
    job: random.int(0, jobs.length - 1),
    progress: random.fraction(),
    pick: random.fraction(),
  }));
  return { seed, jobs, faults: faults.sort((a, b) => a.progress - b.progress) };
}

/** One line for a log: `3 jobs; kill a worker at 12 % of job 1, wipe the queue at 80 % of job 3`. */
export function describeSchedule({ jobs, faults }: ChaosSchedule): string {
  const told = faults.map(({ kind, job, progress }) => `${kind} at ${Math.floor(progress * 100)} % of job ${job + 1}`);
  return `${jobs.length} job${jobs.length === 1 ? '' : 's'}; ${told.join(', ')}`;
}
