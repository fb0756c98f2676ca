/** The tools that steps work with, over a real Redis and a real directory; no consumer runs unless a test opens one. */
import {
  type AskedJob,
  type AttemptEvent,
  eventStream,
  type JobEvent,
  jobSpecSchema,
  newJobId,
  type Plan,
  type Verdict,
  zeroCounters,
} from '@gridmr/contracts';
import {
  announceEnded,
  announceOvertaken,
  connectRedis,
  createLogger,
  EventPublisher,
  LogPublisher,
  noTracing,
  openQueues,
  type QueueServer,
  type RedisConnection,
  startQueueServer,
} from '@gridmr/runtime';
import { JobStore, openFsStore } from '@gridmr/storage';
import { TemporaryDirectory } from '@gridmr/testkit';
import { ClientShares } from '../dist/shares/client-shares.js';
import { KnownJobs } from '../dist/steps/known-jobs.js';
import type { StepTools } from '../dist/steps/step-tools.js';

/** Of flows that stand in the queue alone. */
export const firstSeats = { first: 0, step: 1 / 16 };

export interface StepFixture extends AsyncDisposable {
  readonly tools: StepTools;
  readonly directory: TemporaryDirectory;
  readonly redisUrl: string;
  /** The tools' own connection. */
  readonly redis: ReturnType<typeof connectRedis>;
  /** Writes `job.json` of a new job. */
  ask(spec?: Partial<AskedJob['spec']>): Promise<AskedJob>;
  /** Commits a plan of so many tasks over one input file that holds a byte a task. */
  plan(asked: AskedJob, mapTasks: number): Promise<Plan>;
  /** Commits attempt 1 of a task, whose file is not there, as of another worker. */
  commitElsewhere(taskId: string, at?: string): Promise<void>;
  /** All news so far, in order. */
  told(): Promise<JobEvent[]>;
  /** What was told of a task's attempts, in order. */
  newsOf(taskId: string): Promise<AttemptEvent[]>;
}

export async function openStepFixture(): Promise<StepFixture> {
  const directory = await TemporaryDirectory.create('steps');
  const logger = createLogger({ level: 'error', service: 'test' });
  const server: QueueServer = await startQueueServer({ dataDirectory: directory.path, logger });
  const redis = connectRedis(server.url, 'worker', logger);
  const store = await openFsStore(directory.path);
  const jobs = new JobStore(store);
  const queues = openQueues(redis, { logger });
  const tools: StepTools = {
    workerId: 'test-worker',
    store,
    jobs,
    known: new KnownJobs(jobs),
    queues,
    shares: new ClientShares(redis, queues.tasks),
    news: new EventPublisher(redis, logger),
    liveLog: new LogPublisher(redis, logger),
    announceEnded: jobId => announceEnded(redis, jobId),
    announceOvertaken: messageId => announceOvertaken(redis, messageId),
    logger,
    tracing: noTracing,
  };
  return {
    tools,
    directory,
    redisUrl: server.url,
    redis,
    ask: async spec => {
      const asked = askedJob(spec);
      await jobs.writeAsked(asked);
      return asked;
    },
    plan: (asked, mapTasks) => commitPlan(jobs, asked, mapTasks),
    commitElsewhere: async (task_id, at = new Date().toISOString()) => {
      const made = { file: 'elsewhere.a1-x.segment', bytes: 0, records: 0, crc32c: 0, counters: zeroCounters() };
      const who = { task_id, attempt: 1, worker_id: 'another' };
      await jobs.commitAttempt({ ...who, started_at: at, committed_at: at, ...made });
    },
    told: () => eventsTold(redis),
    newsOf: async id =>
      (await eventsTold(redis)).filter(event => event.type === 'attempt' && event.task_id === id) as AttemptEvent[],
    [Symbol.asyncDispose]: async () => {
      await queues.close();
      redis.disconnect();
      await server.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function eventsTold(redis: RedisConnection): Promise<JobEvent[]> {
  const entries = await redis.xrange(eventStream, '-', '+');
  const texts = entries.flatMap(([, fields]) => fields.filter((_, i) => i % 2 === 1));
  return texts.map(json => JSON.parse(json) as JobEvent);
}

/** What a cancel decides. */
export function cancelled(job_id: string): Verdict {
  const finished_at = new Date().toISOString();
  return { job_id, status: 'cancelled', finished_at, error: null, output: null, counters: zeroCounters() };
}

function askedJob(spec: Partial<AskedJob['spec']> = {}): AskedJob {
  const job_id = newJobId();
  return {
    job_id,
    submitted_at: new Date().toISOString(),
    trace_id: 'test',
    spec: jobSpecSchema.parse({
      name: 'test',
      client_id: 'tester',
      inputs: ['input'],
      input_format: 'text',
      program: { form: 'functions', map_function: 'l => []', reduce_function: '(k, v) => [k, 1]' },
      language: 'javascript',
      num_reducers: 2,
      split_size_mb: 32,
      parameters: {},
      output_path: `output/${job_id}`,
      output_format: 'tsv',
      output_compression: 'none',
      priority: 'normal',
      on_record_error: 'fail',
      max_skipped_records: 1000,
      retry_user_errors: false,
      speculative: true,
      max_attempts: 4,
      task_timeout: 10,
      memory_limit: 64 * 1024 * 1024,
      ...spec,
    }),
  };
}

function commitPlan(jobs: JobStore, asked: AskedJob, mapTasks: number): Promise<Plan> {
  const plan: Plan = {
    job_id: asked.job_id,
    token: 'testplan',
    map_tasks: mapTasks,
    reduce_tasks: asked.spec.num_reducers,
    input: { files: 1, bytes: mapTasks },
    planned_at: new Date().toISOString(),
  };
  const split = (start: number) => ({ ranges: [{ path: 'input', start, end: start + 1, file_bytes: mapTasks }] });
  return jobs.commitPlan(
    plan,
    Array.from({ length: mapTasks }, (_, i) => split(i)),
  );
}
