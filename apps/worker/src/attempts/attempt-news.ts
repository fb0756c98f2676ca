/** Tells the API, and the log, how one attempt fares. */
import { type AttemptState, type JobError, type TaskData, taskId } from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';
import type { StepTools } from '../steps/step-tools.js';

export class AttemptNews {
  readonly logger: Logger;
  readonly taskId: string;
  readonly attempt: number;
  readonly #tools: StepTools;
  readonly #jobId: string;

  constructor(tools: StepTools, { job_id, kind, index }: TaskData, attempt: number) {
    this.#tools = tools;
    this.#jobId = job_id;
    this.taskId = taskId(job_id, kind, index);
    this.attempt = attempt;
    this.logger = tools.logger.child({ job_id, task_id: this.taskId, attempt });
  }

  /** `final`: no further attempt of this task will be made. */
  publish(state: AttemptState, error: JobError | null = null, final = state === 'committed'): void {
    this.#tools.news.publish({
      type: 'attempt',
      job_id: this.#jobId,
      at: new Date().toISOString(),
      task_id: this.taskId,
      attempt: this.attempt,
      state,
      worker_id: this.#tools.workerId,
      error,
      final,
    });
    this.logger.debug(`attempt ${state}`);
  }

  /** What the user's functions wrote with `ctx.log`. */
  log(lines: readonly string[]): void {
    for (const line of lines) this.logger.info(line, { source: 'program' });
  }
}
