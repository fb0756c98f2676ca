/** The system's last hour: read once, and then made longer by what the stream of events tells. */
import type { SystemMetrics, SystemSample } from '@gridmr/contracts';
import { api } from '../api.js';
import { generalFeed } from '../live/general-feed.js';
import { Store } from '../live/store.js';
import { faultText } from '../parts/fault-text.js';
import { sum } from '../parts/sum.js';

const samplesMax = 720;

interface SystemHistoryState {
  readonly samples: readonly SystemSample[];
  readonly now: SystemMetrics | undefined;
  readonly trouble: string | undefined;
}

export class SystemHistory {
  readonly state = new Store<SystemHistoryState>({ samples: [], now: undefined, trouble: undefined });
  readonly #leaving = new AbortController();
  readonly #stopListening: () => void;

  constructor() {
    this.#stopListening = generalFeed.listen(event => {
      if (event.event === 'system') this.#take(event.data);
      // The API was away: what it knows of the hour may be another.
      if (event.event === 'reset') void this.#read();
    });
    void this.#read();
  }

  close(): void {
    this.#leaving.abort();
    this.#stopListening();
  }

  async #read(): Promise<void> {
    const { signal } = this.#leaving;
    try {
      const { history = [], ...now } = await api.systemMetrics({ history: true, signal });
      this.state.set({ samples: history, now, trouble: undefined });
    } catch (error) {
      if (!signal.aborted) this.state.set({ ...this.state.value, trouble: faultText(error) });
    }
  }

  #take(now: SystemMetrics): void {
    const { samples } = this.state.value;
    const last = samples.at(-1);
    const sample = sampleOf(now, last);
    const isNew = last === undefined || sample.at > last.at;
    this.state.set({
      samples: isNew ? [...samples, sample].slice(-samplesMax) : samples,
      now,
      trouble: undefined,
    });
  }
}

/** What does not answer now is told as it was. */
function sampleOf(now: SystemMetrics, before: SystemSample | undefined): SystemSample {
  const alive = (generalFeed.workers.value ?? []).filter(({ state }) => state !== 'lost');
  const { jobs, tasks, queues, workers, redis, storage, api: process } = now;
  return {
    at: now.at,
    jobs_queued: jobs.queued,
    jobs_running: jobs.running,
    tasks_pending: tasks.pending,
    tasks_running: tasks.running,
    tasks_waiting: queues?.tasks.waiting ?? before?.tasks_waiting ?? 0,
    workers: workers?.total ?? before?.workers ?? 0,
    slots: workers?.slots ?? before?.slots ?? 0,
    active_tasks: workers?.active_tasks ?? before?.active_tasks ?? 0,
    workers_cpu_percent: sum(alive.map(({ cpu_percent }) => cpu_percent)),
    workers_rss_mb: sum(alive.map(({ rss_mb }) => rss_mb)),
    redis_memory_bytes: redis?.memory_bytes ?? before?.redis_memory_bytes ?? 0,
    storage_free_bytes: storage?.free_bytes ?? before?.storage_free_bytes ?? 0,
    api_rss_bytes: process.rss_bytes,
    api_cpu_percent: process.cpu_percent,
    api_loop_lag_ms: process.loop_lag_ms,
  };
}
