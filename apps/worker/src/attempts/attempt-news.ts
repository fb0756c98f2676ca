/**
 * Tells the API, and the log, how one attempt fares. An attempt that is soon over is told of once: most of the tasks of a job with very many are, and each
 * piece of news costs as much as the work.
 */
import { type AttemptState, type JobError, queueLimits, type TaskData, taskId } from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';
import type { StepTools } from '../steps/step-tools.js';

export class AttemptNews implements Disposable {
  readonly startedAt = new Date().toISOString();
  readonly logger: Logger;
  readonly taskId: string;
  readonly attempt: number;
  readonly #tools: StepTools;
  readonly #jobId: string;
  readonly #isLong: NodeJS.Timeout;

  constructor(tools: StepTools, { job_id, kind, index }: TaskData, attempt: number) {
    this.#tools = tools;
    this.#jobId = job_id;
    this.taskId = taskId(job_id, kind, index);
    this.attempt = attempt;
    this.logger = tools.logger.child({ job_id, task_id: this.taskId, attempt });
    this.#isLong = setTimeout(() => this.#send('running', this.startedAt, null, false), queueLimits.runningNewsAfterMs);
  }

  /** How it ended. `final`: no further attempt of this task will be made. */
  publish(state: AttemptState, error: JobError | null = null, final = state === 'committed'): void {
    clearTimeout(this.#isLong);
    this.#send(state, new Date().toISOString(), error, final);
  }

  #send(state: AttemptState, at: string, error: JobError | null, final: boolean): void {
    const { taskId: task_id, attempt, startedAt: started_at } = this;
    const { workerId: worker_id, news } = this.#tools;
    const ids = { job_id: this.#jobId, task_id, attempt, worker_id };
    news.publish({ type: 'attempt', ...ids, at, started_at, state, error, final });
    this.logger.debug(`attempt ${state}`);
  }

  /** What the user's functions wrote with `ctx.log`. */
  log(lines: readonly string[]): void {
    for (const line of lines) this.logger.info(line, { source: 'program' });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#isLong);
  }
}
