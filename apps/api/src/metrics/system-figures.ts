/**
 * Figures of the whole system, sampled every `sampleMs` whether or not anybody asks, so that who looks sees the last hour. What does not answer
 * is left out, and the rest is told.
 */
import {
  apiLimits,
  liveLimits,
  type SystemMetrics,
  type SystemSample,
  systemLimits,
  type Worker,
} from '@gridmr/contracts';
import { withinDeadline } from '@gridmr/runtime';
import type { Space } from '@gridmr/storage';
import type { ApiDependencies } from '../dependencies.js';
import { OwnProcess } from './own-process.js';

/** What it looks at. */
export interface SystemSources extends Pick<ApiDependencies, 'history' | 'queue' | 'live' | 'logger'> {
  /** Of the file system of the data directory; an object store has none. */
  readonly space: () => Promise<Space | undefined>;
}

type Current = Omit<SystemMetrics, 'history'>;

export class SystemFigures implements AsyncDisposable {
  readonly #sources: SystemSources;
  readonly #own = new OwnProcess();
  readonly #samples: SystemSample[] = [];
  readonly #timers: NodeJS.Timeout[];
  #reading: Promise<Current> | undefined;
  #read: { readonly atMs: number; readonly figures: Current } | undefined;
  #telling: Promise<void> | undefined;
  #measuring: Promise<Space | undefined> | undefined;

  /** Starts at once; whoever made it disposes it. */
  constructor(sources: SystemSources) {
    this.#sources = sources;
    this.#timers = [
      setInterval(() => this.#sample(), systemLimits.sampleMs),
      setInterval(() => this.#tellWorkers(), liveLimits.workersMs),
    ];
    for (const timer of this.#timers) timer.unref();
    this.#sample();
  }

  /** As they are now, or were a moment ago. Throws what the records say if they cannot be read. */
  async current(): Promise<Current> {
    const { freshMs } = systemLimits;
    if (this.#read !== undefined && performance.now() - this.#read.atMs < freshMs) return this.#read.figures;
    this.#reading ??= this.#collect().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Oldest first. */
  get lastHour(): readonly SystemSample[] {
    return this.#samples;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#own[Symbol.dispose]();
    await Promise.all([this.#reading?.catch(() => undefined), this.#telling]);
  }

  async #sample(): Promise<void> {
    try {
      const figures = await this.current();
      const workers = await orNull(this.#sources.queue.workers());
      this.#samples.push(sampleOf(figures, workers ?? []));
      if (this.#samples.length > systemLimits.samplesMax) this.#samples.shift();
      this.#sources.live.tellAll('system', figures);
    } catch (error) {
      this.#sources.logger.debug('the system could not be sampled', { error });
    }
  }

  #tellWorkers(): void {
    const { live, queue } = this.#sources;
    if (!live.hasGeneralListeners || this.#telling !== undefined) return;
    this.#telling = queue
      .workers()
      .then(workers => live.tellAll('workers', { workers }))
      .catch(() => undefined)
      .finally(() => {
        this.#telling = undefined;
      });
  }

  /** A file server that hangs holds one look, and not one more with every sample. */
  #freeSpace(): Promise<Space | undefined> {
    this.#measuring ??= this.#sources.space().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async #collect(): Promise<Current> {
    const { history, queue, live } = this.#sources;
    const [records, queues, redis, workers, storage] = await Promise.all([
      history.countRecords(),
      orNull(queue.depths()),
      orNull(queue.redisFigures()),
      orNull(queue.workers()),
      orNull(withinDeadline(apiLimits.healthCheckMs, this.#freeSpace())),
    ]);
    const figures: Current = {
      at: new Date().toISOString(),
      jobs: records.jobs,
      tasks: records.tasks,
      queues,
      workers: workers && crowdOf(workers),
      redis,
      storage: storage ? { free_bytes: storage.freeBytes, total_bytes: storage.totalBytes } : null,
      api: { ...this.#own.read(), listeners: live.count },
    };
    this.#read = { atMs: performance.now(), figures };
    return figures;
  }
}

async function orNull<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  return await answer.catch(() => null);
}

function crowdOf(workers: readonly Worker[]): NonNullable<SystemMetrics['workers']> {
  const alive = workers.filter(({ state }) => state !== 'lost');
  const count = (state: Worker['state']) => workers.filter(worker => worker.state === state).length;
  return {
    total: workers.length,
    idle: count('idle'),
    busy: count('busy'),
    stopping: count('stopping'),
    lost: count('lost'),
    slots: sum(alive, worker => worker.slots),
    active_tasks: sum(alive, worker => worker.active_tasks),
  };
}

function sampleOf(figures: Current, workers: readonly Worker[]): SystemSample {
  const { at, jobs, tasks, queues, redis, storage, api } = figures;
  const alive = workers.filter(({ state }) => state !== 'lost');
  return {
    at,
    jobs_queued: jobs.queued,
    jobs_running: jobs.running,
    tasks_pending: tasks.pending,
    tasks_running: tasks.running,
    tasks_waiting: queues?.tasks.waiting ?? 0,
    workers: alive.length,
    slots: sum(alive, worker => worker.slots),
    active_tasks: sum(alive, worker => worker.active_tasks),
    workers_cpu_percent: sum(alive, worker => worker.cpu_percent),
    workers_rss_mb: sum(alive, worker => worker.rss_mb),
    redis_memory_bytes: redis?.memory_bytes ?? 0,
    storage_free_bytes: storage?.free_bytes ?? 0,
    api_rss_bytes: api.rss_bytes,
    api_cpu_percent: api.cpu_percent,
    api_loop_lag_ms: api.loop_lag_ms,
  };
}

function sum(workers: readonly Worker[], amount: (worker: Worker) => number): number {
  return workers.reduce((total, worker) => total + amount(worker), 0);
}
