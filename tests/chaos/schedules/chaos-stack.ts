/**
 * A stack that faults are done to: `npm start` with its API and workers, on a queue server of ours that is started again when
 * it dies. Locks are short, so that a schedule takes seconds.
 */
import { connectRedis, createLogger, type KeptQueueServer, keepQueueServer, openQueues } from '@gridmr/runtime';
import { childProcesses, TemporaryDirectory } from '@gridmr/testkit';
import { type StartedStack, startStack } from '../../end-to-end/started-stack.js';
import { processesOf, processMarks, signalIfThere } from '../stack-processes.js';

const workers = 3;
const env = { GRIDMR_WORKERS: String(workers), GRIDMR_LOCK_SECONDS: '2', GRIDMR_STALLED_CHECK_SECONDS: '1' };
const stopMs = 60_000;
/** Of ours: nothing that a fault itself does may wait longer for a queue server that is away. */
const logger = createLogger({ level: 'none', service: 'chaos' });

export class ChaosStack implements AsyncDisposable {
  readonly directory: TemporaryDirectory;
  readonly queueServer: KeptQueueServer;
  readonly redis: ReturnType<typeof connectRedis>;
  readonly queues: ReturnType<typeof openQueues>;
  readonly #home: TemporaryDirectory;
  #stack: StartedStack;

  private constructor(parts: {
    directory: TemporaryDirectory;
    home: TemporaryDirectory;
    queueServer: KeptQueueServer;
    stack: StartedStack;
  }) {
    this.directory = parts.directory;
    this.queueServer = parts.queueServer;
    this.#home = parts.home;
    this.#stack = parts.stack;
    this.redis = connectRedis(parts.queueServer.url, 'worker', logger);
    this.queues = openQueues(this.redis, { logger });
  }

  static async start(): Promise<ChaosStack> {
    const directory = await TemporaryDirectory.create('chaos');
    const home = await TemporaryDirectory.create('chaos-queue');
    const queueServer = await keepQueueServer({ redisUrl: undefined, dataDirectory: home.path, logger });
    const stack = await startStack(directory, { ...env, GRIDMR_REDIS_URL: queueServer.url });
    return new ChaosStack({ directory, home, queueServer, stack });
  }

  get client(): StartedStack['client'] {
    return this.#stack.client;
  }

  /** Process ids of the workers that are alive. */
  workers(): Promise<number[]> {
    return processesOf(processMarks.worker, this.#stack.process.pid);
  }

  api(): Promise<number[]> {
    return processesOf(processMarks.api, this.#stack.process.pid);
  }

  /** Every process of the stack dies at once, and the stack is started again; only the queue server lives on. */
  async killEverything(): Promise<void> {
    const all = [this.#stack.process.pid, ...(await childProcesses(this.#stack.process.pid))];
    for (const pid of all) signalIfThere(pid, 'SIGKILL');
    await this.#stack.process.exited;
    this.#stack = await startStack(this.directory, { ...env, GRIDMR_REDIS_URL: this.queueServer.url });
  }

  /** What the processes have written; for the report of a failure. */
  output(): string {
    return this.#stack.process.stderr.slice(-20_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.process.stop(stopMs);
    await this.queues.close();
    this.redis.disconnect();
    await this.queueServer[Symbol.asyncDispose]();
    await this.directory[Symbol.asyncDispose]();
    await this.#home[Symbol.asyncDispose]();
  }
}
