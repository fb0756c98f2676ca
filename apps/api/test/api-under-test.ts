/**
 * The real app over real parts: files in a directory of its own, SQLite in it, a private Redis. Nobody consumes the
 * queue, so jobs stay queued; tests that need a job further on write what workers would write.
 */
import { jobFiles, messageIds } from '@gridmr/contracts';
import { type History, type JobChange, openHistory } from '@gridmr/history';
import {
  ChangePublisher,
  ChangeReader,
  connectRedis,
  noTracing,
  openProducer,
  type Producer,
  type QueueServer,
  type Queues,
  startQueueServer,
} from '@gridmr/runtime';
import { ProgramChecker } from '@gridmr/sandbox';
import { type BlobStore, freeSpace, JobStore, openFsStore } from '@gridmr/storage';
import { PreviewRunner } from '@gridmr/tasks';
import { TemporaryDirectory } from '@gridmr/testkit';
import type { Express } from 'express';
import request from 'supertest';
import {
  type AccessOptions,
  type ApiDependencies,
  createAccessControl,
  createApp,
  JobQueue,
  LiveEvents,
  newJobCheck,
  queueBoard,
  ServiceMetrics,
  SystemFigures,
} from '../dist/index.js';
import { RecordedLog } from './recorded-log.js';

const bytesPerMb = 1024 * 1024;
/** A machine that stands still for seconds must not look like a Redis that is away. */
const commandTimeoutMs = 20_000;

function follow(redis: Producer['redis'], history: History, log: RecordedLog) {
  const live = new LiveEvents(history, log);
  const onChanges = live.take.bind(live);
  return { live, reader: new ChangeReader({ redis, logger: log, onStart: id => live.start(id), onChanges }) };
}

/** What tells listeners of changes. */
interface Follower {
  readonly live: LiveEvents;
  readonly reader: ChangeReader;
  readonly changes: ChangePublisher;
  readonly redis: Producer['redis'];
}

export class ApiUnderTest implements AsyncDisposable {
  sweepsRequested = 0;

  private constructor(
    readonly directory: TemporaryDirectory,
    readonly store: BlobStore,
    readonly jobStore: JobStore,
    readonly history: History,
    readonly redis: Producer['redis'],
    readonly queues: Queues,
    readonly log: RecordedLog,
    readonly dependencies: ApiDependencies,
    readonly app: Express,
    readonly follower: Follower,
    readonly redisUrl: string,
  ) {}

  /** `change` replaces some of the parts by others. */
  static async open(
    redisUrl: string,
    checker: ProgramChecker,
    change: Partial<ApiDependencies> = {},
    access: Partial<AccessOptions> = {},
  ): Promise<ApiUnderTest> {
    const directory = await TemporaryDirectory.create('api');
    const log = new RecordedLog();
    const store = await openFsStore(directory.path);
    const jobStore = new JobStore(store);
    const { redis, queues } = await openProducer(redisUrl, log);
    Object.assign(redis.options, { commandTimeout: commandTimeoutMs });
    const shared = connectRedis(redisUrl, 'worker', log);
    const changes = new ChangePublisher(shared, log);
    const metrics = new ServiceMetrics();
    const onChange = (change: JobChange) => {
      changes.publish(change);
      if (change.moved) metrics.countEnd(change.status.status);
    };
    const history = await openHistory({ dataDirectory: directory.path, onChange });
    const follower = { ...follow(shared, history, log), changes, redis: shared };
    const { live } = follower;
    const queue = new JobQueue(redis, queues);
    const space = () => freeSpace(directory.path);
    const system = new SystemFigures({ history, queue, live, logger: log, space });
    const dependencies: ApiDependencies = {
      history,
      store,
      jobStore,
      queue,
      mayWork: newJobCheck(change.queue ?? queue, change.store ?? store),
      checker,
      previews: new PreviewRunner(directory.path),
      live,
      metrics,
      system,
      logger: log,
      tracing: noTracing,
      access: createAccessControl({ history, redis, logger: log, ...access }),
      queueBoard: queueBoard(queues),
      fileRules: { bytesMax: 4 * bytesPerMb, quota: { bytes: bytesPerMb, files: 5 } },
      auditDays: 90,
      ceilings: { maxAttempts: 4, taskTimeoutSeconds: 600, memoryBytes: 256 * bytesPerMb },
      clientJobsMax: 1000,
      kept: { retryHours: 24, days: undefined, jobs: undefined },
      version: '0.0.0-test',
      requestSweep: () => {
        opened.sweepsRequested++;
      },
      requestBenchmark: () => undefined,
      ...change,
    };
    const app = createApp(dependencies);
    const opened = new ApiUnderTest(
      directory,
      store,
      jobStore,
      history,
      redis,
      queues,
      log,
      dependencies,
      app,
      follower,
      redisUrl,
    );
    await directory.write('input/book.txt', 'the quick brown fox\n');
    return opened;
  }

  /** As another API process over the same Redis has it. */
  anotherQueue(): JobQueue {
    return new JobQueue(this.redis, this.queues);
  }

  /** Another API process over the same Redis and the same records. */
  anotherProcess() {
    const redis = connectRedis(this.redisUrl, 'worker', this.log);
    const { live, reader } = follow(redis, this.history, this.log);
    return {
      app: createApp({ ...this.dependencies, live }),
      async [Symbol.asyncDispose]() {
        live[Symbol.dispose]();
        await reader[Symbol.asyncDispose]();
        redis.disconnect();
      },
    };
  }

  get http() {
    return request(this.app);
  }

  submit(body: object | string, headers: Record<string, string> = {}) {
    return this.http.post('/api/v1/jobs').set(headers).type('json').send(body);
  }

  /** Submits a job that is fine, and returns its id. */
  async submitted(more: object = {}): Promise<string> {
    const answer = await this.submit({ ...wordCount, ...more });
    if (answer.status !== 202) throw new Error(`not submitted: ${JSON.stringify(answer.body)}`);
    return answer.body.job_id;
  }

  /** Whether a message is there that asks a worker to plan the job. */
  async isQueued(jobId: string): Promise<boolean> {
    return (await this.queues.control.getJob(messageIds.plan(jobId))) !== undefined;
  }

  /** Names of all that a submission could leave behind: records, files and messages. */
  async traces(): Promise<string[]> {
    const { items } = await this.history.listJobs({ limit: 1000 });
    const files: string[] = [];
    const own = jobFiles.directory('x').slice(0, -2);
    for await (const file of this.store.list('')) if (file.path.startsWith(own)) files.push(file.path);
    const keys = await this.redis.keys('*');
    return [...items.map(job => job.job_id), ...files, ...keys.filter(key => !/:meta$|:probe$/.test(key))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.dependencies.previews instanceof PreviewRunner) await this.dependencies.previews[Symbol.asyncDispose]();
    await this.dependencies.system[Symbol.asyncDispose]();
    this.follower.live[Symbol.dispose]();
    await this.follower.reader[Symbol.asyncDispose]();
    await this.follower.changes[Symbol.asyncDispose]();
    this.follower.redis.disconnect();
    await this.queues.close();
    if (this.redis.status === 'ready') await this.redis.flushall();
    this.redis.disconnect();
    await this.history[Symbol.asyncDispose]();
    await this.directory[Symbol.asyncDispose]();
  }
}

export const wordCount = {
  name: 'word count',
  input_file: 'input/book.txt',
  map_function: '(line) => line.split(" ").map(word => [word, 1])',
  reduce_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
};

/** Gives each test of a suite an API of its own, over one Redis and one program checker for all of them. */
export function withApi(): () => ApiUnderTest {
  let api: ApiUnderTest | undefined;
  const open = withParts();
  beforeEach(async () => {
    api = await open();
  });
  afterEach(async () => {
    await api?.[Symbol.asyncDispose]();
    api = undefined;
  });
  return () => {
    if (api === undefined) throw new Error('the API is there during tests only');
    return api;
  };
}

export interface Parts {
  readonly server: QueueServer;
  readonly checker: ProgramChecker;
  readonly home: TemporaryDirectory;
}

/** For suites that open APIs themselves: `withParts()` gives an opener. */
export function withParts(): (
  change?: Partial<ApiDependencies>,
  access?: Partial<AccessOptions>,
) => Promise<ApiUnderTest> {
  let parts: Parts | undefined;
  before(async function () {
    this.timeout(30_000);
    const home = await TemporaryDirectory.create('redis');
    const server = await startQueueServer({ dataDirectory: home.path, logger: new RecordedLog() });
    parts = { server, home, checker: new ProgramChecker() };
    await parts.checker.warmUp().catch(() => undefined);
  });
  after(async () => {
    await parts?.checker[Symbol.asyncDispose]();
    await parts?.server.stop();
    await parts?.home[Symbol.asyncDispose]();
  });
  return (change, access) => {
    if (parts === undefined) throw new Error('the parts are there during tests only');
    return ApiUnderTest.open(parts.server.url, parts.checker, change, access);
  };
}
