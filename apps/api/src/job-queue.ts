/** What the API says to workers and hears of them, through Redis. Every failure is the problem `queue_unavailable`, with its cause kept. */
import {
  type AskedJob,
  apiLimits,
  messageIds,
  messageTrace,
  parseTraceParent,
  probeKey,
  type QueueDepth,
  RequestError,
  type SystemMetrics,
  type Worker,
} from '@gridmr/contracts';
import {
  announceEnded,
  onceMoreOptions,
  type Queues,
  queueDepth,
  readWorkers,
  redisFigures,
  SweepLease,
} from '@gridmr/runtime';
import { AnswerGate } from './answer-gate.js';
import { addSpeculative, type TaskAtWork, tasksAtWork, tasksWaiting } from './speculation/task-messages.js';
import { type FlowState, inspectFlow } from './sweep/inspect-flow.js';

type Connection = Parameters<typeof announceEnded>[0];

type UsedQueues = Pick<Queues, 'control' | 'tasks' | 'hold'>;

export class JobQueue {
  readonly #connection: Connection;
  readonly #queues: UsedQueues;
  readonly #lease: SweepLease;
  readonly #gate: AnswerGate;

  /** @param connection of the role `producer`, so that commands fail soon instead of waiting for Redis */
  constructor(connection: Connection, queues: UsedQueues) {
    this.#connection = connection;
    this.#queues = queues;
    this.#lease = new SweepLease(connection);
    this.#gate = new AnswerGate(
      () => connection.set(probeKey, '', 'PX', apiLimits.queueAnswerMs),
      apiLimits.queueAnswerMs,
    );
  }

  /** As far as is known without asking. */
  get isConnected(): boolean {
    return this.#connection.status === 'ready';
  }

  /** Throws `RequestError` unless Redis answers, and takes what it is given. */
  async check(): Promise<void> {
    await this.#available(() => this.#gate.check());
  }

  async addPlan({ job_id, trace_parent }: Pick<AskedJob, 'job_id' | 'trace_parent'>): Promise<void> {
    const options = { jobId: messageIds.plan(job_id), ...messageTrace(parseTraceParent(trace_parent)) };
    await this.#available(() => this.#queues.control.add('plan', { job_id }, options));
  }

  /** @param expired see `controlDataSchema` */
  async addCleanUp(jobId: string, expired = false): Promise<void> {
    const options = { ...onceMoreOptions, jobId: messageIds.cleanUp(jobId) };
    const data = expired ? { job_id: jobId, expired } : { job_id: jobId };
    await this.#available(() => this.#queues.control.add('clean-up', data, options));
  }

  /** @param attemptsBefore see `controlDataSchema` */
  async addMend(jobId: string, attemptsBefore: number): Promise<void> {
    const options = { ...onceMoreOptions, jobId: messageIds.mend(jobId) };
    const data = { job_id: jobId, attempts_before: attemptsBefore };
    await this.#available(() => this.#queues.control.add('mend', data, options));
  }

  inspectFlow(jobId: string): Promise<FlowState> {
    return this.#available(() => inspectFlow(this.#queues, jobId));
  }

  /** Whether this process is the one that sweeps. */
  maySweep(): Promise<boolean> {
    return this.#available(() => this.#lease.hold());
  }

  async endSweeping(): Promise<void> {
    await this.#available(() => this.#lease.release());
  }

  leftoversAreDue(): Promise<boolean> {
    return this.#available(() => this.#lease.leftoversAreDue());
  }

  async leftoversSought(): Promise<void> {
    await this.#available(() => this.#lease.leftoversSought());
  }

  /** Tasks' messages that no worker has taken. */
  tasksWaiting(): Promise<number> {
    return this.#available(() => tasksWaiting(this.#queues.tasks));
  }

  /** Tasks' messages in the hands of workers. */
  tasksAtWork(): Promise<TaskAtWork[]> {
    return this.#available(() => tasksAtWork(this.#queues.tasks));
  }

  /** Returns whether a second attempt is queued. */
  addSpeculative(straggler: TaskAtWork): Promise<boolean> {
    return this.#available(() => addSpeculative(this.#queues.tasks, straggler));
  }

  workers(): Promise<Worker[]> {
    return this.#available(() => readWorkers(this.#connection));
  }

  /** What waits in the queues. */
  depths(): Promise<{ control: QueueDepth; tasks: QueueDepth }> {
    return this.#available(async () => {
      const { control, tasks } = this.#queues;
      const [ofControl, ofTasks] = await Promise.all([queueDepth(control), queueDepth(tasks)]);
      return { control: ofControl, tasks: ofTasks };
    });
  }

  redisFigures(): Promise<NonNullable<SystemMetrics['redis']>> {
    return this.#available(() => redisFigures(this.#connection));
  }

  async announceEnded(jobId: string): Promise<void> {
    await this.#available(() => announceEnded(this.#connection, jobId));
  }

  async #available<Answer>(command: () => Promise<Answer>): Promise<Answer> {
    try {
      this.#gate.pass();
      return await command();
    } catch (cause) {
      if (isTimeout(cause)) this.#gate.shut();
      throw new RequestError('queue_unavailable', detailOf(cause), {}, { cause });
    }
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timed out');
}

/** A Redis that evicts nothing refuses what it has no room for. */
function detailOf(cause: unknown): string {
  if (cause instanceof Error && cause.message.startsWith('OOM')) {
    return 'The queue (Redis) is full and takes nothing; jobs that run go on when it has room. Raise its maxmemory, or free some';
  }
  return 'The queue (Redis) does not answer; nothing was changed. Try again in a moment';
}
