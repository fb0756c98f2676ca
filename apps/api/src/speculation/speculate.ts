/** One look for stragglers, and a second attempt for those that may have one. */
import { speculationLimits } from '@gridmr/contracts';
import type { ApiDependencies } from '../dependencies.js';
import { findStragglers, type Straggler } from './find-stragglers.js';
import { IdleSlots } from './idle-slots.js';

export type SpeculationDependencies = Pick<ApiDependencies, 'history' | 'jobStore' | 'queue' | 'logger'>;

const percentAll = 100;

/** To be called by one process at a time. Repeating it is harmless. */
export async function speculate(dependencies: SpeculationDependencies): Promise<void> {
  const { history, queue } = dependencies;
  const phases = await history.phasesNearEnd(speculationLimits.completedPercentMin, speculationLimits.phasesMax);
  if (phases.length === 0 || !(await queue.maySweep()) || (await queue.tasksWaiting()) > 0) return;
  const atWork = await queue.tasksAtWork();
  const stragglers = await findStragglers(dependencies, phases, atWork);
  if (stragglers.length === 0) return;
  const idle = new IdleSlots(await queue.workers(), atWork);
  for (const straggler of stragglers) {
    if (await isCommitted(dependencies, straggler)) continue;
    if (idle.take(straggler.workerId)) await beginSecond(dependencies, straggler);
  }
}

async function isCommitted({ jobStore }: SpeculationDependencies, { task }: Straggler): Promise<boolean> {
  return (await jobStore.readCommit(task.job_id, task.kind, task.index)) !== undefined;
}

/** Counted before it is queued: a count without a message is one chance less, a message without one would be one too many. */
async function beginSecond({ history, queue, logger }: SpeculationDependencies, straggler: Straggler): Promise<void> {
  const { job_id, kind } = straggler.task;
  const max = Math.max(1, Math.floor((straggler.siblings * speculationLimits.tasksPercentMax) / percentAll));
  if (!(await history.countSpeculation(job_id, kind, max))) return;
  if (!(await queue.addSpeculative(straggler))) return;
  const { messageId, ageMs, workerId } = straggler;
  logger.info('a task takes long and is begun a second time', {
    job_id,
    message_id: messageId,
    at_work_ms: ageMs,
    straggler_worker_id: workerId,
  });
}
