/** How a local run fares, in the words of the API, so that both are shown alike. */
import type { JobPhase, JobStatusView, Plan, TaskKind } from '@gridmr/contracts';

export class LocalStatus {
  readonly #jobId: string;
  readonly #onStatus: (status: JobStatusView) => void;
  readonly #totals = { map: 0, reduce: 0 };
  readonly #running = { map: 0, reduce: 0 };
  readonly #completed = { map: 0, reduce: 0 };
  #phase: JobPhase = 'plan';

  constructor(jobId: string, onStatus: (status: JobStatusView) => void) {
    this.#jobId = jobId;
    this.#onStatus = onStatus;
  }

  planned({ map_tasks, reduce_tasks }: Plan): void {
    this.#totals.map = map_tasks;
    this.#totals.reduce = reduce_tasks;
  }

  enter(phase: JobPhase): void {
    this.#phase = phase;
    this.#tell('running');
  }

  async during<Result>(kind: TaskKind, work: () => Promise<Result>): Promise<Result> {
    this.#running[kind]++;
    try {
      const result = await work();
      this.#completed[kind]++;
      return result;
    } finally {
      this.#running[kind]--;
      this.#tell('running');
    }
  }

  end(status: 'completed' | 'failed'): void {
    this.#tell(status);
  }

  #tell(status: JobStatusView['status']): void {
    const tasks = { map: this.#counts('map'), reduce: this.#counts('reduce') };
    const share = (kind: TaskKind) => (tasks[kind].total === 0 ? 0 : tasks[kind].completed / tasks[kind].total);
    const progress = { map: share('map'), reduce: share('reduce') };
    this.#onStatus({ job_id: this.#jobId, status, phase: this.#phase, progress, tasks, error: null });
  }

  #counts(kind: TaskKind) {
    const total = this.#totals[kind];
    const completed = this.#completed[kind];
    const running = this.#running[kind];
    return { total, pending: total - completed - running, running, completed, failed: 0 };
  }
}
