/** Queues what is left to do of a stage, in seats that its client has a fair claim to. */
import type { JobSpec } from '@gridmr/contracts';
import type { StepTools } from './step-tools.js';
import { addTaskFlow, type TaskFlow } from './task-flow.js';

interface StageToQueue extends Omit<TaskFlow, 'seats'> {
  readonly spec: Pick<JobSpec, 'client_id' | 'priority' | 'max_attempts'>;
}

export async function queueStage(
  { queues, shares, span }: Pick<StepTools, 'queues' | 'shares' | 'span'>,
  flow: StageToQueue,
) {
  let left = 0;
  for (let index = 0; index < flow.tasks; index++) if (!flow.isCommitted(index)) left++;
  const seats = await shares.take(flow.spec, left);
  await addTaskFlow(queues, { ...flow, seats, trace: span?.traceParent });
}
