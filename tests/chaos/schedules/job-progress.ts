/** How far a job is, as the shared directory shows it: the truth, which costs the stack nothing and outlives every fault. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { jobFiles, planSchema, type TaskKind } from '@gridmr/contracts';
import type { TemporaryDirectory } from '@gridmr/testkit';

/** Committed tasks as a share of all, in [0, 1]; 1 when the job has its verdict. */
export function progressOf(directory: TemporaryDirectory, jobId: string): number {
  if (existsSync(directory.resolve(jobFiles.verdict(jobId)))) return 1;
  const plan = readIfThere(directory.resolve(jobFiles.plan(jobId)));
  if (plan === undefined) return 0;
  const { map_tasks, reduce_tasks } = planSchema.parse(JSON.parse(plan));
  const committed = (kind: TaskKind) => commitsIn(directory.resolve(jobFiles.taskDirectory(jobId, kind, 0)));
  return Math.min(1, (committed('map') + committed('reduce')) / Math.max(1, map_tasks + reduce_tasks));
}

function commitsIn(taskDirectory: string): number {
  try {
    return readdirSync(taskDirectory).filter(name => name.endsWith('.json')).length;
  } catch {
    return 0;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
