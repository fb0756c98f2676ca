/** Which tasks of a stage have a committed attempt, as the shared directory says. */
import type { Plan, TaskKind } from '@gridmr/contracts';
import type { StepTools } from './step-tools.js';

/** One bit of knowledge a task, in a byte: a plan may have a million tasks. */
export async function committedTasks(
  tools: StepTools,
  plan: Plan,
  kind: TaskKind,
): Promise<(index: number) => boolean> {
  const committed = new Uint8Array(kind === 'map' ? plan.map_tasks : plan.reduce_tasks);
  for await (const index of tools.jobs.listCommits(plan.job_id, kind)) committed[index] = 1;
  return index => committed[index] === 1;
}
