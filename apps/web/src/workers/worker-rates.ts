/** What workers reported since the page was opened, for charts: tasks per second, processors, memory. */
import { bytesPerMb, type Worker } from '@gridmr/contracts';
import { generalFeed } from '../live/general-feed.js';
import { Store } from '../live/store.js';
import { sum } from '../parts/sum.js';

const samplesMax = 900;

export interface WorkerRates {
  /** Seconds since the epoch; tasks per second; processors of all, in percent of one core; memory in bytes. */
  readonly series: [number[], (number | null)[], number[], number[]];
  /** Tasks per second of each worker, since the report before. */
  readonly perWorker: ReadonlyMap<string, number>;
}

interface Reported {
  readonly atMs: number;
  readonly tasks: number;
}

class WorkerHistory {
  readonly state = new Store<WorkerRates>({ series: [[], [], [], []], perWorker: new Map() });
  readonly #last = new Map<string, Reported>();
  readonly #rates = new Map<string, number>();
  #isListening = false;

  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    generalFeed.listen(event => {
      if (event.event === 'workers') this.#take(event.data.workers);
    });
  }

  #take(workers: readonly Worker[]): void {
    for (const worker of workers) this.#takeOne(worker);
    const alive = workers.filter(({ state }) => state !== 'lost');
    const known = alive.flatMap(({ worker_id }) => this.#rates.get(worker_id) ?? []);
    const rate = known.length === 0 ? null : sum(known);
    const cpu = sum(alive.map(({ cpu_percent }) => cpu_percent));
    const memory = sum(alive.map(({ rss_mb }) => rss_mb)) * bytesPerMb;
    const { series } = this.state.value;
    const next = [Date.now() / 1000, rate, cpu, memory];
    const longer = series.map((values, i) => [...values, next[i] ?? null].slice(-samplesMax));
    this.state.set({ series: longer as WorkerRates['series'], perWorker: new Map(this.#rates) });
  }

  /** A worker reports less often than it is looked at. */
  #takeOne({ worker_id, tasks_completed, tasks_failed, last_heartbeat_at }: Worker): void {
    const now = { atMs: Date.parse(last_heartbeat_at), tasks: tasks_completed + tasks_failed };
    const before = this.#last.get(worker_id);
    if (before !== undefined && now.atMs <= before.atMs) return;
    this.#last.set(worker_id, now);
    if (before !== undefined)
      this.#rates.set(worker_id, ((now.tasks - before.tasks) * 1000) / (now.atMs - before.atMs));
  }
}

export const workerHistory = new WorkerHistory();
