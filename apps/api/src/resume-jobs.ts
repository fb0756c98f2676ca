/**
 * Makes up for what was lost: every job that is asked and not finished gets its verdict recorded, if it has one, or
 * else is queued again. Runs when the API starts and after a submission that Redis did not take. Ids of messages are
 * deterministic, so a job that is queued already stays queued once.
 */
import { apiLimits } from '@gridmr/contracts';
import type { ApiDependencies } from './dependencies.js';
import { queueJob } from './queue-job.js';
import { retryUntilDone } from './retry-until-done.js';

type ResumeDependencies = Pick<ApiDependencies, 'history' | 'jobStore' | 'queue' | 'logger'>;

/** One pass over all unfinished jobs. Throws at the first that cannot be resumed now. */
export async function resumeJobs(dependencies: ResumeDependencies, signal: AbortSignal): Promise<void> {
  let last: string | undefined;
  do {
    const ids = await dependencies.history.unfinishedJobs(apiLimits.resumePageJobs, last);
    for (const jobId of ids) {
      if (signal.aborted) return;
      await resumeJob(dependencies, jobId);
    }
    last = ids.at(-1);
  } while (last !== undefined);
}

/** Records the job's verdict, or else queues it again. Repeating it is harmless. */
export async function resumeJob(dependencies: ResumeDependencies, jobId: string): Promise<void> {
  const { history, jobStore, queue } = dependencies;
  const verdict = await jobStore.readVerdict(jobId);
  if (verdict !== undefined) {
    await history.finishJob(verdict);
    if (verdict.status === 'cancelled') await queue.addCleanUp(jobId);
    return;
  }
  if ((await jobStore.readAsked(jobId)) !== undefined) {
    await queue.addPlan(jobId);
    return;
  }
  const asked = await history.askedJob(jobId);
  if (asked !== undefined) await queueJob(dependencies, asked);
}

/** Runs passes in the background, one at a time. Whoever made it disposes it. */
export class JobResumer implements AsyncDisposable {
  readonly #dependencies: ResumeDependencies;
  readonly #stop = new AbortController();
  #asked = false;
  #running: Promise<void> | undefined;

  constructor(dependencies: ResumeDependencies) {
    this.#dependencies = dependencies;
  }

  /** Asks for a pass that begins after now. */
  request(): void {
    this.#asked = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (this.#asked && !signal.aborted) {
      this.#asked = false;
      await retryUntilDone(
        () => resumeJobs(this.#dependencies, signal),
        signal,
        error => this.#dependencies.logger.warn('unfinished jobs could not be queued again yet', { error }),
      );
    }
    this.#running = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
