/**
 * Metrics for operators, in the text format of Prometheus. Labels have few values: no ids of jobs, tasks, workers or clients, and routes as templates.
 *
 * What is counted of jobs and attempts each API process counts of the news that it has recorded, so sums over all of them are right. What is
 * a state of the whole system (gauges) each of them tells: take one, not the sum.
 */
import {
  type AttemptEvent,
  bytesPerMb,
  isFinished,
  type JobEvent,
  type JobStatusView,
  parseTaskId,
  type SystemMetrics,
  systemLimits,
  type Worker,
} from '@gridmr/contracts';
import type { MetricFamily } from '@gridmr/runtime';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SystemNow } from './system-now.js';

const secondMs = 1000;
const percentPerCore = 100;
const httpSeconds = [0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #requests = this.#histogram(
    'http_request_duration_seconds',
    'Requests by the time to their whole answer',
    httpSeconds,
    ['method', 'route', 'status'],
  );
  readonly #jobsEnded = this.#counter('jobs_ended_total', 'Jobs that have ended, by how', ['status']);
  readonly #attempts = this.#counter('attempts_total', 'Attempts that have ended, by how', ['kind', 'outcome']);
  readonly #durations = this.#histogram(
    'task_duration_seconds',
    'Committed attempts by the time they took',
    systemLimits.durationSeconds,
    ['kind'],
  );
  readonly #records = this.#counter('task_records_total', 'Records and pairs into and out of committed attempts', [
    'kind',
    'direction',
  ]);
  readonly #bytes = this.#counter('task_bytes_total', 'Bytes into and out of committed attempts', [
    'kind',
    'direction',
  ]);
  readonly #jobs = this.#gauge('jobs', 'Jobs by status', ['status']);
  readonly #tasks = this.#gauge('tasks', 'Tasks of jobs that have not ended, by state', ['state']);
  readonly #depth = this.#gauge('queue_messages', 'Messages in the queues, by state', ['queue', 'state']);
  readonly #wait = this.#gauge('queue_oldest_wait_seconds', 'How long the next message has waited', ['queue']);
  readonly #workers = this.#gauge('workers', 'Workers by state', ['state']);
  readonly #slots = this.#gauge('worker_slots', 'Tasks that all workers may run at once', []);
  readonly #activeTasks = this.#gauge('worker_active_tasks', 'Tasks that all workers are at', []);
  readonly #workerCpu = this.#gauge('worker_cpu_cores', 'Processor cores that all workers use', []);
  readonly #workerMemory = this.#gauge('worker_memory_bytes', 'Memory of workers: of all, and of the greatest', ['of']);
  readonly #workerLag = this.#gauge(
    'worker_loop_lag_seconds',
    'How late timers came of late in the worker that is worst off',
    [],
  );
  readonly #restarts = this.#gauge(
    'sandbox_restarts',
    'Threads of user code that the workers of now had to terminate',
    [],
  );
  readonly #listeners = this.#gauge('event_listeners', 'Connections to streams of events of this process', []);
  readonly #dependencies = this.#gauge('dependency_up', 'Whether what this process depends on answers it', [
    'dependency',
  ]);
  readonly #redisMemory = this.#gauge('redis_memory_bytes', 'Memory that Redis uses', []);
  readonly #storageFree = this.#gauge('storage_free_bytes', 'Room in the data directory', []);

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  countRequest(method: string, route: string, status: number, durationMs: number): void {
    this.#requests.observe({ method, route, status: String(status) }, durationMs / secondMs);
  }

  /** News that this process has recorded. */
  countNews(events: readonly JobEvent[]): void {
    for (const event of events) if (event.type === 'attempt' && event.state !== 'running') this.#countAttempt(event);
  }

  countEnd(status: JobStatusView['status']): void {
    if (isFinished(status)) this.#jobsEnded.inc({ status });
  }

  /** The text, with what the whole system looks like now. */
  async text(now: SystemNow): Promise<string> {
    this.#look(now);
    return await this.#registry.metrics();
  }

  /** The same, for who sends it on in another form. */
  async families(now: SystemNow): Promise<readonly MetricFamily[]> {
    this.#look(now);
    return (await this.#registry.getMetricsAsJSON()) as unknown as MetricFamily[];
  }

  #look({ figures, workers, dependencies }: SystemNow): void {
    for (const [status, count] of Object.entries(figures.jobs)) this.#jobs.set({ status }, count);
    for (const [state, count] of Object.entries(figures.tasks)) this.#tasks.set({ state }, count);
    for (const [dependency, { status }] of Object.entries(dependencies)) {
      this.#dependencies.set({ dependency }, status === 'up' ? 1 : 0);
    }
    this.#tellQueues(figures.queues);
    this.#tellCrowd(figures.workers);
    this.#tellWorkers(workers);
    this.#listeners.set(figures.api.listeners);
    tell(this.#redisMemory, figures.redis?.memory_bytes);
    tell(this.#storageFree, figures.storage?.free_bytes);
  }

  #tellQueues(queues: SystemMetrics['queues']): void {
    this.#depth.reset();
    this.#wait.reset();
    for (const [queue, depth] of Object.entries(queues ?? {})) {
      const { oldest_wait_ms: wait, ...counts } = depth;
      for (const [state, count] of Object.entries(counts)) this.#depth.set({ queue, state }, count);
      this.#wait.set({ queue }, (wait ?? 0) / secondMs);
    }
  }

  #tellCrowd(crowd: SystemMetrics['workers']): void {
    this.#workers.reset();
    for (const state of ['idle', 'busy', 'stopping', 'lost'] as const) {
      if (crowd !== null) this.#workers.set({ state }, crowd[state]);
    }
    tell(this.#slots, crowd?.slots);
    tell(this.#activeTasks, crowd?.active_tasks);
  }

  #tellWorkers(workers: readonly Worker[] | null): void {
    const alive = workers?.filter(({ state }) => state !== 'lost');
    const amounts = (amount: (worker: Worker) => number | undefined) => alive?.map(worker => amount(worker) ?? 0);
    const memory = amounts(({ rss_mb }) => rss_mb * bytesPerMb);
    const cpu = amounts(({ cpu_percent }) => cpu_percent / percentPerCore);
    const lag = amounts(({ loop_lag_ms = 0 }) => loop_lag_ms / secondMs);
    tell(this.#workerCpu, cpu && sum(cpu));
    this.#workerMemory.reset();
    if (memory !== undefined) {
      this.#workerMemory.set({ of: 'all' }, sum(memory));
      this.#workerMemory.set({ of: 'greatest' }, Math.max(0, ...memory));
    }
    tell(this.#workerLag, lag && Math.max(0, ...lag));
    tell(
      this.#restarts,
      workers?.reduce((total, { sandbox_restarts = 0 }) => total + sandbox_restarts, 0),
    );
  }

  #countAttempt({ task_id, state, started_at, at, figures }: AttemptEvent): void {
    const { kind } = parseTaskId(task_id);
    this.#attempts.inc({ kind, outcome: state });
    if (state !== 'committed') return;
    if (started_at !== undefined) {
      this.#durations.observe({ kind }, Math.max(0, Date.parse(at) - Date.parse(started_at)) / secondMs);
    }
    if (figures === undefined) return;
    for (const direction of ['input', 'output'] as const) {
      this.#records.inc({ kind, direction }, figures[`${direction}_records`]);
      this.#bytes.inc({ kind, direction }, figures[`${direction}_bytes`]);
    }
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `gridmr_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name: `gridmr_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: Label[],
  ): Histogram<Label> {
    const registers = [this.#registry];
    return new Histogram({ name: `gridmr_${name}`, help, buckets: [...buckets], labelNames, registers });
  }
}

/** What does not answer is not told, rather than told to be nothing, which `reset` of a gauge without labels would do. */
function tell(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
