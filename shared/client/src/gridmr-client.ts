/** GridMR's routes as methods. Every answer is validated by the schema that the API made it with. */
import {
  clientLimits,
  type DeadLetter,
  deadLetterSchema,
  eventStreamMediaType,
  type GeneralStreamEvent,
  generalStreamEventSchema,
  type Health,
  headers,
  healthSchema,
  type Job,
  type JobListQuery,
  type JobMetrics,
  type JobRequest,
  type JobStatusView,
  type JobStreamEvent,
  jobMetricsSchema,
  jobSchema,
  jobStatusViewSchema,
  jobStreamEventSchema,
  type LogLine,
  type LogQuery,
  liveLimits,
  logPageSchema,
  type OutputFormat,
  type Page,
  type Preview,
  type PreviewRequest,
  pageSchema,
  previewSchema,
  type RetryRequest,
  resultMediaTypes,
  routes,
  type SubmittedJob,
  type SystemMetrics,
  submittedSchema,
  systemMetricsSchema,
  type Task,
  taskSchema,
  type Worker,
  workersStatusSchema,
} from '@gridmr/contracts';
import { AccessCalls } from './access-calls.js';
import { allItems } from './all-items.js';
import { BenchmarkCalls } from './benchmark-calls.js';
import type { CallOptions, PageQuery } from './call-options.js';
import { FileCalls } from './file-calls.js';
import { followStream } from './follow-stream.js';
import type { ReceivedEvent } from './read-events.js';
import { readLines } from './read-lines.js';
import { anything, parseJson, Transport, type TransportOptions } from './transport.js';
import { type WaitForOptions, waitFor } from './wait-for.js';
import { type WatchOptions, watchJob } from './watch-job.js';
import { watchStream } from './watch-stream.js';

export interface ClientOptions extends TransportOptions {
  /** How long streamed results may pause. */
  readonly resultsIdleMs?: number | undefined;
}

export interface SubmitOptions extends CallOptions {
  /** The same key and body give the same job, however often they are sent. */
  readonly idempotencyKey?: string | undefined;
}

export interface TaskQuery extends PageQuery {
  readonly kind?: Task['kind'] | undefined;
  readonly state?: Task['state'] | undefined;
}

export type JobQuery = Partial<JobListQuery>;

export interface ResultsOptions extends CallOptions {
  readonly partition?: number | undefined;
  /** At most so many records. */
  readonly limit?: number | undefined;
  /** `key`: all parts merged into one order of keys. Otherwise one part after the other. */
  readonly order?: 'key' | undefined;
  /** Whatever format the job's output has; its own if this is not given. */
  readonly format?: OutputFormat | undefined;
}

export interface SystemMetricsOptions extends CallOptions {
  readonly history?: boolean | undefined;
}

const jobPageSchema = pageSchema(jobSchema, 'JobPage');
const taskPageSchema = pageSchema(taskSchema, 'TaskPage');
const letterPageSchema = pageSchema(deadLetterSchema, 'DeadLetterPage');

/** All methods throw `ApiError` when the API refuses, `ConnectionError` when no usable answer comes. */
export class GridmrClient {
  readonly files: FileCalls;
  readonly access: AccessCalls;
  readonly benchmarks: BenchmarkCalls;
  readonly #transport: Transport;
  readonly #options: ClientOptions;

  /** Throws a `TypeError` if `baseUrl` is not a URL. */
  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.#options = options;
    this.files = new FileCalls(this.#transport);
    this.access = new AccessCalls(this.#transport);
    this.benchmarks = new BenchmarkCalls(this.#transport);
  }

  submit(request: JobRequest, { idempotencyKey, signal }: SubmitOptions = {}): Promise<SubmittedJob> {
    return this.#transport.json(routes.jobs, submittedSchema, {
      method: 'POST',
      body: request,
      headers: idempotencyKey === undefined ? {} : { [headers.idempotencyKey]: idempotencyKey },
      signal,
    });
  }

  /** Runs the functions on a sample, at once; nothing is stored. Errors of the functions are part of the answer. */
  preview(request: PreviewRequest, { signal }: CallOptions = {}): Promise<Preview> {
    return this.#transport.json(routes.jobPreview, previewSchema, { method: 'POST', body: request, signal });
  }

  job(id: string, { signal }: CallOptions = {}): Promise<Job> {
    return this.#transport.json(routes.job(encodeURIComponent(id)), jobSchema, { signal });
  }

  status(id: string, { signal }: CallOptions = {}): Promise<JobStatusView> {
    return this.#transport.json(routes.jobStatus(encodeURIComponent(id)), jobStatusViewSchema, { signal });
  }

  /** Counters, phases, throughput, how long tasks took, how even the partitions are. */
  jobMetrics(id: string, { signal }: CallOptions = {}): Promise<JobMetrics> {
    return this.#transport.json(routes.jobMetrics(encodeURIComponent(id)), jobMetricsSchema, { signal });
  }

  /** Newest first. */
  listJobs(query: JobQuery = {}, { signal }: CallOptions = {}): Promise<Page<Job>> {
    return this.#transport.json(routes.jobs, jobPageSchema, { query: { ...query }, signal });
  }

  /** All jobs that match, page after page. */
  allJobs(query: JobQuery = {}, options: CallOptions = {}): AsyncGenerator<Job, void, undefined> {
    return allItems(cursor => this.listJobs({ ...query, cursor }, options), query.cursor);
  }

  /** A task with all its attempts. */
  task(id: string, taskId: string, { signal }: CallOptions = {}): Promise<Task> {
    const path = routes.jobTask(encodeURIComponent(id), encodeURIComponent(taskId));
    return this.#transport.json(path, taskSchema, { signal });
  }

  tasks(id: string, query: TaskQuery = {}, { signal }: CallOptions = {}): Promise<Page<Task>> {
    return this.#transport.json(routes.jobTasks(encodeURIComponent(id)), taskPageSchema, {
      query: { ...query },
      signal,
    });
  }

  /** All tasks that match, page after page. */
  allTasks(id: string, query: TaskQuery = {}, options: CallOptions = {}): AsyncGenerator<Task, void, undefined> {
    return allItems(cursor => this.tasks(id, { ...query, cursor }, options), query.cursor);
  }

  /** Records that the job skipped as bad. */
  deadLetters(id: string, query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<DeadLetter>> {
    return this.#transport.json(routes.jobDeadLetters(encodeURIComponent(id)), letterPageSchema, {
      query: { ...query },
      signal,
    });
  }

  /** All of them, page after page. */
  allDeadLetters(id: string, query: PageQuery = {}, options: CallOptions = {}): AsyncGenerator<DeadLetter, void> {
    return allItems(cursor => this.deadLetters(id, { ...query, cursor }, options), query.cursor);
  }

  /** Asks the job to stop; idempotent. `waitFor` tells when it has. */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#transport.json(routes.jobCancel(encodeURIComponent(id)), anything, { method: 'POST', signal });
  }

  /** Begins a new run of a job that has failed or was cancelled, with what `changes` says; it goes on from committed tasks. */
  retry(id: string, changes: RetryRequest = {}, { signal }: CallOptions = {}): Promise<JobStatusView> {
    const path = routes.jobRetry(encodeURIComponent(id));
    return this.#transport.json(path, jobStatusViewSchema, { method: 'POST', body: changes, signal });
  }

  /** Removes a finished job, its output and its history. */
  async delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#transport.json(routes.job(encodeURIComponent(id)), anything, { method: 'DELETE', signal });
  }

  /** What the job's functions have logged: of committed attempts and of failed ones. */
  logs(id: string, query: Partial<LogQuery> = {}, { signal }: CallOptions = {}): Promise<Page<LogLine>> {
    return this.#transport.json(routes.jobLogs(encodeURIComponent(id)), logPageSchema, { query: { ...query }, signal });
  }

  /** All of it, page after page. */
  allLogs(
    id: string,
    query: Partial<LogQuery> = {},
    options: CallOptions = {},
  ): AsyncGenerator<LogLine, void, undefined> {
    return allItems(cursor => this.logs(id, { ...query, cursor }, options), query.cursor);
  }

  /** The results as bytes, decompressed, never held in memory whole. */
  async resultStream(id: string, options: ResultsOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const { partition, limit, order, format, signal } = options;
    const path = routes.jobResults(encodeURIComponent(id));
    const accept = format === undefined ? '*/*' : resultMediaTypes[format];
    const query = { partition, limit, order };
    const stream = await this.#transport.stream(path, { query, headers: { accept }, signal });
    const idleMs = this.#options.resultsIdleMs ?? clientLimits.resultsIdleMs;
    return watchStream(stream, { url: path, idleMs, signal });
  }

  /** The same line by line. Leaving the loop closes the connection. A record of CSV may have several lines; of the other formats, one. */
  async *results(id: string, options: ResultsOptions = {}): AsyncGenerator<string, void, undefined> {
    yield* readLines(await this.resultStream(id, options));
  }

  /** All workers heard of lately, oldest first. One that stopped reporting is `lost` for a while. */
  async workers({ signal }: CallOptions = {}): Promise<Worker[]> {
    const { workers } = await this.#transport.json(routes.workersStatus, workersStatusSchema, { signal });
    return workers;
  }

  /** Figures of the whole system; with the last hour of them, if `history` says so. */
  systemMetrics({ history, signal }: SystemMetricsOptions = {}): Promise<SystemMetrics> {
    const query = { history: history === true ? 'true' : undefined };
    return this.#transport.json(routes.systemMetrics, systemMetricsSchema, { query, signal });
  }

  /** Also answers when something is down: `status` says so. */
  health({ signal }: CallOptions = {}): Promise<Health> {
    return this.#transport.json(routes.health, healthSchema, { accept: [503], signal });
  }

  /**
   * What happens to a job, until it has ended. A connection that breaks is made again, and goes on where it was. A `status` with `snapshot`
   * voids what was told before.
   */
  async *events(id: string, { signal }: CallOptions = {}): AsyncGenerator<JobStreamEvent, void, undefined> {
    const path = routes.jobEvents(encodeURIComponent(id));
    for await (const event of this.#follow(path, ({ event: name }) => name === 'done', signal)) {
      const known = jobStreamEventSchema.safeParse(event);
      // A newer API may have more kinds of events.
      if (known.success) yield known.data;
    }
  }

  /** What happens to all jobs, workers and the system, without an end. */
  async *allEvents({ signal }: CallOptions = {}): AsyncGenerator<GeneralStreamEvent, void, undefined> {
    for await (const event of this.#follow(routes.events, () => false, signal)) {
      const known = generalStreamEventSchema.safeParse(event);
      if (known.success) yield known.data;
    }
  }

  async *#follow(path: string, isLast: (event: ReceivedEvent) => boolean, signal: AbortSignal | undefined) {
    const open = async (lastEventId: string | undefined) => {
      const sent: Record<string, string> = { accept: eventStreamMediaType };
      if (lastEventId !== undefined) sent[headers.lastEventId] = lastEventId;
      const stream = await this.#transport.stream(path, { headers: sent, signal });
      return watchStream(stream, { url: path, idleMs: clientLimits.eventsIdleMs, signal });
    };
    const { comeBackMs } = liveLimits;
    const failuresMax = clientLimits.eventsFailuresMax;
    for await (const { event, data } of followStream({ open, comeBackMs, signal, failuresMax, isLast })) {
      yield { event, data: parseJson(data) };
    }
  }

  /** The job's status now, and whenever it changes, until it has finished. Leaving the loop ends it. */
  watch(id: string, options: WatchOptions = {}): AsyncGenerator<JobStatusView, void, undefined> {
    return watchJob(this, id, options);
  }

  /** Polls until the job has finished, and answers it. A failed job is an answer, not an error. */
  waitFor(id: string, options: WaitForOptions = {}): Promise<Job> {
    return waitFor(this, id, options);
  }
}
