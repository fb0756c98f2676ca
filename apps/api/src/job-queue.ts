/** What the API says to workers and hears of them, through Redis. Every failure is the problem `queue_unavailable`, with its cause kept. */
import { messageIds, type QueueDepth, RequestError, type SystemMetrics, type Worker } from '@gridmr/contracts';
import {
  announceEnded,
  onceMoreOptions,
  type Queues,
  queueDepth,
  readWorkers,
  redisFigures,
  SweepLease,
} from '@gridmr/runtime';
import { addSpeculative, type TaskAtWork, tasksAtWork, tasksWaiting } from './speculation/task-messages.js';
import { type FlowState, inspectFlow } from './sweep/inspect-flow.js';

type Connection = Parameters<typeof announceEnded>[0];

type UsedQueues = Pick<Queues, 'control' | 'tasks' | 'hold'>;

export class JobQueue {
  readonly #connection: Connection;
  readonly #queues: UsedQueues;
  readonly #lease: SweepLease;

  /** @param connection of the role `producer`, so that commands fail soon instead of waiting for Redis */
  constructor(connection: Connection, queues: UsedQueues) {
    this.#connection = connection;
    this.#queues = queues;
    this.#lease = new SweepLease(connection);
  }

  /** Throws `RequestError` unless Redis answers. */
  async check(): Promise<void> {
    await available(() => this.#connection.ping());
  }

  async addPlan(jobId: string): Promise<void> {
    const options = { jobId: messageIds.plan(jobId) };
    await available(() => this.#queues.control.add('plan', { job_id: jobId }, options));
  }

  /** @param expired see `controlDataSchema` */
  async addCleanUp(jobId: string, expired = false): Promise<void> {
    const options = { ...onceMoreOptions, jobId: messageIds.cleanUp(jobId) };
    const data = expired ? { job_id: jobId, expired } : { job_id: jobId };
    await available(() => this.#queues.control.add('clean-up', data, options));
  }

  /** @param attemptsBefore see `controlDataSchema` */
  async addMend(jobId: string, attemptsBefore: number): Promise<void> {
    const options = { ...onceMoreOptions, jobId: messageIds.mend(jobId) };
    const data = { job_id: jobId, attempts_before: attemptsBefore };
    await available(() => this.#queues.control.add('mend', data, options));
  }

  inspectFlow(jobId: string): Promise<FlowState> {
    return available(() => inspectFlow(this.#queues, jobId));
  }

  /** Whether this process is the one that sweeps. */
  maySweep(): Promise<boolean> {
    return available(() => this.#lease.hold());
  }

  async endSweeping(): Promise<void> {
    await available(() => this.#lease.release());
  }

  leftoversAreDue(): Promise<boolean> {
    return available(() => this.#lease.leftoversAreDue());
  }

  async leftoversSought(): Promise<void> {
    await available(() => this.#lease.leftoversSought());
  }

  /** Tasks' messages that no worker has taken. */
  tasksWaiting(): Promise<number> {
    return available(() => tasksWaiting(this.#queues.tasks));
  }

  /** Tasks' messages in the hands of workers. */
  tasksAtWork(): Promise<TaskAtWork[]> {
    return available(() => tasksAtWork(this.#queues.tasks));
  }

  /** Returns whether a second attempt is queued. */
  addSpeculative(straggler: TaskAtWork): Promise<boolean> {
    return available(() => addSpeculative(this.#queues.tasks, straggler));
  }

  workers(): Promise<Worker[]> {
    return available(() => readWorkers(this.#connection));
  }

  /** What waits in the queues. */
  depths(): Promise<{ control: QueueDepth; tasks: QueueDepth }> {
    return available(async () => {
      const { control, tasks } = this.#queues;
      const [ofControl, ofTasks] = await Promise.all([queueDepth(control), queueDepth(tasks)]);
      return { control: ofControl, tasks: ofTasks };
    });
  }

  redisFigures(): Promise<NonNullable<SystemMetrics['redis']>> {
    return available(() => redisFigures(this.#connection));
  }

  async announceEnded(jobId: string): Promise<void> {
    await available(() => announceEnded(this.#connection, jobId));
  }
}

async function available<Answer>(command: () => Promise<Answer>): Promise<Answer> {
  try {
    return await command();
  } catch (cause) {
    const detail = 'The queue (Redis) does not answer; nothing was changed. Try again in a moment';
    throw new RequestError('queue_unavailable', detail, {}, { cause });
  }
}
