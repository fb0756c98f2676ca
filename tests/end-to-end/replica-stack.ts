/** API processes side by side behind one address, with workers, over one Redis and one PostgreSQL. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GridmrClient } from '@gridmr/client';
import { queueNames, queuePrefix } from '@gridmr/contracts';
import {
  type PrivatePostgres,
  PrivateRedis,
  RoundRobinProxy,
  redisPrograms,
  startPrivatePostgres,
  TemporaryDirectory,
  TestProcess,
} from '@gridmr/testkit';

const mainOf = (name: 'api' | 'worker') =>
  fileURLToPath(import.meta.resolve(`@gridmr/${name}`).replace(/index\.js$/, 'main.js'));
const startMs = 60_000;

/** Has all rights. */
export const adminSecret = 'a-secret-of-the-operator';
export const changesPerMinute = 600;

export interface Replica {
  readonly port: number;
  readonly process: TestProcess;
}

export class ReplicaStack implements AsyncDisposable {
  /** Directory, PostgreSQL and Redis first, then what uses them. */
  readonly #parts: AsyncDisposable[] = [];
  readonly #replicas = new Map<number, Replica>();
  readonly #env: Readonly<Record<string, string>>;
  readonly #databaseUrl: string;
  readonly #redis: PrivateRedis;
  #proxy: RoundRobinProxy | undefined;
  readonly directory: TemporaryDirectory;

  private constructor(directory: TemporaryDirectory, postgres: PrivatePostgres, redis: PrivateRedis) {
    this.directory = directory;
    this.#parts.push(directory, postgres, redis);
    this.#databaseUrl = postgres.url;
    this.#redis = redis;
    this.#env = {
      GRIDMR_DATA_DIR: directory.path,
      GRIDMR_REDIS_URL: `redis://${redis.address}`,
      GRIDMR_LOG_LEVEL: 'info',
    };
  }

  /** Undefined, with the reason printed, where Redis or PostgreSQL cannot be had. */
  static async start(replicas: number, workers: number): Promise<ReplicaStack | undefined> {
    if (redisPrograms() === undefined) return undefined;
    const postgres = await startPrivatePostgres();
    if (postgres === undefined) return undefined;
    const [directory, redis] = await Promise.all([TemporaryDirectory.create('replicas'), PrivateRedis.start()]);
    const stack = new ReplicaStack(directory, postgres, redis);
    try {
      await Promise.all([
        ...Array.from({ length: replicas }, () => stack.startReplica()),
        ...Array.from({ length: workers }, () => stack.#startWorker()),
      ]);
      stack.#proxy = await RoundRobinProxy.start([...stack.#replicas.keys()]);
      stack.#parts.push(stack.#proxy);
    } catch (error) {
      await stack[Symbol.asyncDispose]();
      throw error;
    }
    return stack;
  }

  get proxy(): RoundRobinProxy {
    if (this.#proxy === undefined) throw new Error('the stack has not started');
    return this.#proxy;
  }

  get replicas(): readonly Replica[] {
    return [...this.#replicas.values()];
  }

  replica(port: number | undefined): Replica {
    const found = this.#replicas.get(port ?? 0);
    if (found === undefined) throw new Error(`no API process listens on ${port}`);
    return found;
  }

  /** Through the proxy, or at one of the API processes. */
  client(apiKey: string, port?: number): GridmrClient {
    return new GridmrClient({ baseUrl: port === undefined ? this.proxy.url : `http://127.0.0.1:${port}`, apiKey });
  }

  /** One more, or again the one that listened on this port. */
  async startReplica(port = 0): Promise<void> {
    const env = {
      ...this.#env,
      GRIDMR_DATABASE_URL: this.#databaseUrl,
      GRIDMR_API_PORT: String(port),
      GRIDMR_API_KEYS: `ops:admin:${adminSecret}`,
      GRIDMR_CHANGES_PER_MINUTE: String(changesPerMinute),
    };
    const process = TestProcess.fork(mainOf('api'), { env });
    this.#parts.push(process);
    const gone = process.exited.then(() =>
      Promise.reject(new Error(`an API process did not start:\n${process.stderr}`)),
    );
    const [message] = await Promise.race([once(process.child, 'message'), gone]);
    this.#replicas.set(message.ready.port, { port: message.ready.port, process });
  }

  /** Redis loses all messages, and nothing else: whoever sweeps still does. */
  async forgetMessages(): Promise<void> {
    const remove = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end";
    for (const name of Object.values(queueNames)) {
      await this.#redis.command('EVAL', remove, '0', `${queuePrefix}:${name}:*`);
    }
  }

  async #startWorker(): Promise<void> {
    const worker = TestProcess.fork(mainOf('worker'), { env: this.#env });
    this.#parts.push(worker);
    await worker.waitForOutput(/worker ready/, { timeoutMs: startMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [directory, postgres, redis, ...others] = this.#parts;
    await Promise.all(others.map(part => part[Symbol.asyncDispose]()));
    for (const part of [redis, postgres, directory]) await part?.[Symbol.asyncDispose]();
  }
}
