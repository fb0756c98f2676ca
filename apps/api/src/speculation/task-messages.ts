/** Messages of tasks, as speculation sees them: what waits, what is at work, and the one that a straggler gets beside it. */
import {
  messageIds,
  messageTrace,
  speculationLimits,
  type TaskData,
  taskDataSchema,
  taskId,
  traceOfMessage,
} from '@gridmr/contracts';
import type { Queues } from '@gridmr/runtime';

type Tasks = Queues['tasks'];
type Message = Awaited<ReturnType<Tasks['getActive']>>[number];

/** The greatest number that BullMQ takes: whatever else waits is taken first. */
const lastPriority = 2_097_151;

/** A message in a worker's hand. */
export interface TaskAtWork {
  readonly messageId: string;
  readonly task: TaskData;
  readonly ageMs: number;
  /** Undefined if its worker did not say. */
  readonly workerId: string | undefined;
  /** How often a worker has taken it. */
  readonly starts: number;
}

export async function tasksWaiting(tasks: Tasks): Promise<number> {
  const { waiting = 0, prioritized = 0 } = await tasks.getJobCounts('waiting', 'prioritized');
  return waiting + prioritized;
}

/** Ages are by the clocks of this machine and the worker's. */
export async function tasksAtWork(tasks: Tasks): Promise<TaskAtWork[]> {
  const messages = await tasks.getActive(0, speculationLimits.attemptsAtWorkMax - 1);
  return messages.flatMap(message => {
    const task = taskDataSchema.safeParse(message?.data);
    return task.success ? [atWork(message, task.data)] : [];
  });
}

function atWork({ id = '', processedOn, processedBy, attemptsStarted }: Message, task: TaskData): TaskAtWork {
  const nowMs = Date.now();
  return { messageId: id, task, ageMs: nowMs - (processedOn ?? nowMs), workerId: processedBy, starts: attemptsStarted };
}

/**
 * Queues a second attempt. It gets the number that follows the straggler's, which the straggler's message leaves out should it be started
 * again; if that has happened just now, nothing is queued. Such a message leaves nothing behind when it has ended.
 */
export async function addSpeculative(tasks: Tasks, { messageId, task, starts }: TaskAtWork): Promise<boolean> {
  const { job_id, kind, index, attempts_before = 0 } = task;
  const message = await tasks.getJob(messageId);
  if (message === undefined) return false;
  await message.updateData({ ...task, attempts_before: attempts_before + 1 });
  const now = await tasks.getJob(messageId);
  if (now?.attemptsStarted !== starts || (await now.getState()) !== 'active') return false;
  const speculative = { attempt: starts + attempts_before + 1, straggler: messageId };
  await tasks.add(
    kind,
    { job_id, kind, index, speculative },
    {
      jobId: messageIds.speculative(taskId(job_id, kind, index)),
      priority: lastPriority,
      ...messageTrace(traceOfMessage(message.opts)),
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: true,
    },
  );
  return true;
}
