/**
 * The attempts this process is working on, and the means to stop those whose job has ended. The announcement comes by
 * pub/sub, which may lose it on a reconnect, so the verdicts of the jobs at work are looked at now and then as well.
 */
import { queueLimits } from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';
import type { JobStore } from '@gridmr/storage';
import type { Worker } from 'bullmq';
import { type StopReason, stopReasons } from './attempts/stop-reason.js';

export class RunningTasks implements Disposable {
  readonly #jobs: JobStore;
  readonly #logger: Logger;
  /** Task id → job id. */
  readonly #running = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #consumer: Worker | undefined;

  constructor(jobs: JobStore, logger: Logger) {
    this.#jobs = jobs;
    this.#logger = logger;
    this.#timer = setInterval(() => this.#lookForVerdicts(), queueLimits.endedCheckMs);
    this.#timer.unref();
  }

  /** The consumer whose messages these are; only it can abort their signals. */
  watch(consumer: Worker): void {
    this.#consumer = consumer;
  }

  get count(): number {
    return this.#running.size;
  }

  async during<Result>(taskId: string, jobId: string, work: () => Promise<Result>): Promise<Result> {
    this.#running.set(taskId, jobId);
    try {
      return await work();
    } finally {
      this.#running.delete(taskId);
    }
  }

  stopJob(jobId: string): void {
    this.#stop(stopReasons.jobEnded, ([, owner]) => owner === jobId);
  }

  stopAll(reason: StopReason): void {
    this.#stop(reason, () => true);
  }

  #stop(reason: StopReason, which: (entry: [taskId: string, jobId: string]) => boolean): void {
    for (const entry of this.#running) {
      if (which(entry)) this.#consumer?.cancelJob(entry[0], reason);
    }
  }

  async #lookForVerdicts(): Promise<void> {
    for (const jobId of new Set(this.#running.values())) {
      try {
        if ((await this.#jobs.readVerdict(jobId)) !== undefined) this.stopJob(jobId);
      } catch (error) {
        this.#logger.warn('could not look for a verdict', { job_id: jobId, error });
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
