/**
 * Tells the API, and the log, how one attempt fares. An attempt that is soon over is told of once: most of the tasks of a job with very many are, and each
 * piece of news costs as much as the work.
 */
import {
  type AttemptFigures,
  type AttemptState,
  type JobError,
  parseRunId,
  publicTaskId,
  type TaskData,
  taskId,
} from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';
import type { StepTools } from '../steps/step-tools.js';

/** When what is told of happened, when the attempt began, and what it has made. */
export interface NewsDetails {
  readonly at: string;
  readonly startedAt: string;
  readonly figures: AttemptFigures;
}

export class AttemptNews {
  readonly logger: Logger;
  readonly taskId: string;
  readonly attempt: number;
  readonly #tools: StepTools;
  readonly #jobId: string;
  readonly #speculative: boolean;
  #startedAt = new Date().toISOString();
  #isUntold = true;

  constructor(tools: StepTools, { job_id, kind, index, speculative }: TaskData, attempt: number) {
    this.#tools = tools;
    this.#jobId = job_id;
    this.#speculative = speculative !== undefined;
    this.taskId = taskId(job_id, kind, index);
    this.attempt = attempt;
    this.logger = tools.logger.child({ job_id, task_id: this.taskId, attempt });
  }

  /** If nobody knows better: when the worker got the message. */
  get startedAt(): string {
    return this.#startedAt;
  }

  /** Nobody has heard of the attempt. */
  get isUntold(): boolean {
    return this.#isUntold;
  }

  /** `final`: no further attempt of this task will be made. */
  publish(
    state: AttemptState,
    error: JobError | null = null,
    final = state === 'committed',
    details: Partial<NewsDetails> = {},
  ): void {
    const { at = new Date().toISOString(), startedAt = this.#startedAt, figures } = details;
    this.#startedAt = startedAt;
    this.#isUntold = false;
    this.#tools.news.publish({
      type: 'attempt',
      job_id: this.#jobId,
      at,
      started_at: startedAt,
      task_id: this.taskId,
      attempt: this.attempt,
      state,
      worker_id: this.#tools.workerId,
      error,
      final,
      ...(figures === undefined ? {} : { figures }),
      ...(this.#speculative ? { speculative: true } : {}),
    });
    if (state !== 'running') this.#tools.span?.set({ 'gridmr.outcome': state });
    this.logger.debug(`attempt ${state}`);
  }

  /** What the user's functions wrote with `ctx.log`. */
  log(lines: readonly string[]): void {
    for (const line of lines) this.logger.info(line, { source: 'program' });
    const { jobId: job_id } = parseRunId(this.#jobId);
    const of = { job_id, task_id: publicTaskId(this.taskId), attempt: this.attempt };
    this.#tools.liveLog.publish(of, lines);
  }
}
