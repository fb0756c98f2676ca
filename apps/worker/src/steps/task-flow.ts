/**
 * Queues one stage of a job as a BullMQ flow: a parent message, the barrier, that becomes active when every task message
 * below it is done.
 *
 * Up to 1,000 tasks hang below the barrier directly, added by one call, atomically. More make a tree, because adding or
 * removing many children in one script blocks Redis and the caller for seconds:
 *
 * ```
 * barrier ─┬─ hold                     nobody consumes it: the barrier cannot pass while groups are being added
 *          ├─ group 0 ─ task 0 … 999   one call a group
 *          └─ group 1 ─ task 1000 …
 * ```
 *
 * A task message may stand for several tasks (`bundle-tasks.ts`).
 *
 * When all groups are seen to be there, the hold is removed, which may at once wake the barrier. Ids are deterministic,
 * so adding a flow again (after a crash in the middle) adds only what is missing.
 */
import {
  dataPlaneLimits,
  firstTaskOf,
  groupCount,
  groupOf,
  isTraced,
  type JobSpec,
  messageIds,
  messageTrace,
  queueLimits,
  queueNames,
  type TaskData,
  type TaskKind,
  type TraceParent,
  taskId,
} from '@gridmr/contracts';
import { messageOptions, type Queues } from '@gridmr/runtime';
import type { FlowJob } from 'bullmq';
import { type Seats, seatOf } from '../shares/fair-seats.js';
import { bundleTasks } from './bundle-tasks.js';

export interface TaskFlow {
  readonly jobId: string;
  readonly kind: TaskKind;
  readonly tasks: number;
  /** Tasks that are committed already are not queued again. */
  readonly isCommitted: (index: number) => boolean;
  readonly barrier: 'map-barrier' | 'commit';
  /** More than 1: see `bundle-tasks.ts`. */
  readonly tasksPerMessage?: number;
  readonly spec: Pick<JobSpec, 'max_attempts'>;
  /** Where its tasks stand in the queue of all clients. */
  readonly seats: Seats;
  /** See `controlDataSchema`. */
  readonly attemptsBefore?: number | undefined;
  /** What the phase is queued for, if it is traced: its barrier and some of its tasks (`isTraced`) belong there. */
  readonly trace?: TraceParent | undefined;
  /** Looked at between groups: nothing more is added to a job that has ended. */
  readonly hasEnded?: () => Promise<boolean>;
}

/** The flow is not as it was added; adding it again will mend it. */
export class IncompleteFlowError extends Error {
  constructor(barrierId: string, found: number, wanted: number) {
    super(`barrier ${barrierId} has ${found} of ${wanted} children`);
    this.name = 'IncompleteFlowError';
  }
}

export async function addTaskFlow(queues: Queues, flow: TaskFlow): Promise<void> {
  const seats = new SeatsInOrder(flow.seats);
  if (flow.tasks <= queueLimits.childrenPerBarrierMax) {
    await queues.flows.add({ ...barrierMessage(flow), children: pendingTasks(flow, 0, flow.tasks, seats) });
  } else {
    await addTree(queues, flow, seats);
  }
}

async function addTree(queues: Queues, flow: TaskFlow, seats: SeatsInOrder): Promise<void> {
  const holdId = messageIds.hold(flow.jobId, flow.kind);
  const hold = { name: 'hold', queueName: queueNames.hold, opts: { jobId: holdId, failParentOnFailure: true } };
  const barrier = await queues.flows.add({ ...barrierMessage(flow), children: [hold] });
  const parent = { id: barrierId(flow), queue: queues.control.qualifiedName };
  let added = 1;
  for (let group = 0; group < groupCount(flow.tasks); group++) {
    const first = firstTaskOf(group);
    const children = pendingTasks(flow, first, Math.min(first + dataPlaneLimits.tasksPerGroup, flow.tasks), seats);
    if (children.length === 0) continue;
    // What stands by then its clean-up takes away; the hold keeps the barrier from passing.
    if (await flow.hasEnded?.()) return;
    await queues.flows.add({ ...groupMessage(flow, group, parent), children });
    added++;
  }
  const { processed = 0, unprocessed = 0 } = await barrier.job.getDependenciesCount();
  // A group that a parent vanished under would have been dropped without an error.
  if (processed + unprocessed < added) throw new IncompleteFlowError(barrierId(flow), processed + unprocessed, added);
  await queues.hold.remove(holdId);
}

function barrierId(flow: Pick<TaskFlow, 'barrier' | 'jobId'>): string {
  return flow.barrier === 'commit' ? messageIds.commit(flow.jobId) : messageIds.mapBarrier(flow.jobId);
}

function barrierMessage(flow: TaskFlow): FlowJob {
  return {
    name: flow.barrier,
    queueName: queueNames.control,
    data: { job_id: flow.jobId, attempts_before: flow.attemptsBefore },
    opts: { ...messageOptions(), jobId: barrierId(flow), ...messageTrace(flow.trace) },
  };
}

function groupMessage(flow: TaskFlow, group: number, parent: { id: string; queue: string }): FlowJob {
  return {
    name: 'group',
    queueName: queueNames.control,
    data: { job_id: flow.jobId, kind: flow.kind, group },
    opts: {
      ...messageOptions(),
      jobId: messageIds.group(flow.jobId, flow.kind, group),
      parent,
      failParentOnFailure: true,
    },
  };
}

/** Seats given out to one message after the other. A bundle takes as many as it has tasks. */
class SeatsInOrder {
  readonly #seats: Seats;
  #taken = 0;

  constructor(seats: Seats) {
    this.#seats = seats;
  }

  /** BullMQ starts lower numbers first, and what has no number before all others. */
  next(tasks: number): number {
    const priority = seatOf(this.#seats, this.#taken);
    this.#taken += tasks;
    return priority;
  }
}

function pendingTasks(flow: TaskFlow, from: number, to: number, seats: SeatsInOrder): FlowJob[] {
  return bundleTasks(from, to, flow.tasksPerMessage ?? 1, flow.isCommitted).map(
    ({ first, tasks: [index, ...more] }) => ({
      queueName: queueNames.tasks,
      ...taskMessage(
        { ...flow, trace: traceOfTask(flow, first) },
        first,
        { ...taskData(flow, index ?? first), ...bundled(more) },
        seats.next(1 + more.length),
      ),
    }),
  );
}

/** Of a phase that is sampled nowhere nothing is carried. */
function traceOfTask({ trace, tasks, tasksPerMessage = 1 }: TaskFlow, first: number): TraceParent | undefined {
  const messages = Math.ceil(tasks / tasksPerMessage);
  const carries = trace?.isSampled === true && isTraced(Math.floor(first / tasksPerMessage), messages);
  return carries ? trace : undefined;
}

function taskData(
  { jobId, kind, attemptsBefore }: Pick<TaskFlow, 'jobId' | 'kind' | 'attemptsBefore'>,
  index: number,
): TaskData {
  return { job_id: jobId, kind, index, attempts_before: attemptsBefore };
}

function bundled(more: readonly number[]): Pick<TaskData, 'more'> {
  return more.length === 0 ? {} : { more: [...more] };
}

function taskMessage(
  { jobId, kind, spec, trace }: Pick<TaskFlow, 'jobId' | 'kind' | 'spec' | 'trace'>,
  named: number,
  data: TaskData,
  priority: number,
) {
  return {
    name: kind,
    data,
    opts: {
      ...messageOptions(spec.max_attempts),
      jobId: taskId(jobId, kind, named),
      priority,
      failParentOnFailure: true,
      ...messageTrace(trace),
    },
  };
}

/**
 * Queues tasks by themselves that were bundled into a message which is still at work: their barrier waits for it, and from now on for them.
 * @param priority of that message
 */
export async function addTasksApart(
  queues: Queues,
  flow: Omit<TaskFlow, 'isCommitted' | 'seats'>,
  indices: readonly number[],
  priority: number,
): Promise<void> {
  await queues.tasks.addBulk(
    indices.map(index => {
      const { opts, ...message } = taskMessage(flow, index, taskData(flow, index), priority);
      return {
        ...message,
        opts: { ...opts, parent: { id: parentOf(flow, index), queue: queues.control.qualifiedName } },
      };
    }),
  );
}

function parentOf(flow: Omit<TaskFlow, 'isCommitted' | 'seats'>, index: number): string {
  if (flow.tasks <= queueLimits.childrenPerBarrierMax) return barrierId(flow);
  return messageIds.group(flow.jobId, flow.kind, groupOf(index));
}
