/** What the API says to workers and hears of them, through Redis. Every failure is the problem `queue_unavailable`, with its cause kept. */
import { messageIds, RequestError, type Worker } from '@gridmr/contracts';
import { announceEnded, type Queues, readWorkers } from '@gridmr/runtime';

type Connection = Parameters<typeof announceEnded>[0];

export class JobQueue {
  readonly #connection: Connection;
  readonly #queues: Pick<Queues, 'control'>;

  /** @param connection of the role `producer`, so that commands fail soon instead of waiting for Redis */
  constructor(connection: Connection, queues: Pick<Queues, 'control'>) {
    this.#connection = connection;
    this.#queues = queues;
  }

  /** Throws `RequestError` unless Redis answers. */
  async check(): Promise<void> {
    await available(() => this.#connection.ping());
  }

  async addPlan(jobId: string): Promise<void> {
    const options = { jobId: messageIds.plan(jobId) };
    await available(() => this.#queues.control.add('plan', { job_id: jobId }, options));
  }

  async addCleanUp(jobId: string): Promise<void> {
    const options = { jobId: messageIds.cleanUp(jobId) };
    await available(() => this.#queues.control.add('clean-up', { job_id: jobId }, options));
  }

  workers(): Promise<Worker[]> {
    return available(() => readWorkers(this.#connection));
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
