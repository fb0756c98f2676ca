/**
 * The messages this process is working on, and the means to stop those of which nothing will come: their job has ended, or their task was committed
 * by another attempt. The announcement comes by pub/sub, which may lose it on a reconnect, so the shared directory is looked at now and then as well.
 */
import { queueLimits, speculationLimits, type TaskData } from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';
import type { JobStore } from '@gridmr/storage';
import type { Job, Worker } from 'bullmq';
import { attemptNumber } from './attempts/attempt-number.js';
import { type StopReason, stopReasons } from './attempts/stop-reason.js';

export class RunningTasks implements Disposable {
  readonly #jobs: JobStore;
  readonly #logger: Logger;
  /** By id. */
  readonly #running = new Map<string, Job<TaskData>>();
  readonly #timers: readonly NodeJS.Timeout[];
  #consumer: Worker | undefined;

  constructor(jobs: JobStore, logger: Logger) {
    this.#jobs = jobs;
    this.#logger = logger;
    this.#timers = [
      setInterval(() => this.#lookForVerdicts(), queueLimits.endedCheckMs),
      setInterval(() => this.#lookForWinners(), speculationLimits.overtakenCheckMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** The consumer whose messages these are; only it can abort their signals. */
  watch(consumer: Worker): void {
    this.#consumer = consumer;
  }

  has(messageId: string): boolean {
    return this.#running.has(messageId);
  }

  async during<Result>(message: Job<TaskData>, work: () => Promise<Result>): Promise<Result> {
    const id = message.id ?? '';
    this.#running.set(id, message);
    try {
      return await work();
    } finally {
      this.#running.delete(id);
    }
  }

  stopJob(jobId: string): void {
    for (const [id, message] of this.#running) if (message.data.job_id === jobId) this.#stop(id, stopReasons.jobEnded);
  }

  /** Its task is committed by another attempt. */
  stopOvertaken(messageId: string): void {
    if (this.#running.has(messageId)) this.#stop(messageId, stopReasons.overtaken);
  }

  stopAll(reason: StopReason): void {
    for (const id of this.#running.keys()) this.#stop(id, reason);
  }

  #stop(messageId: string, reason: StopReason): void {
    this.#consumer?.cancelJob(messageId, reason);
  }

  async #lookForVerdicts(): Promise<void> {
    const jobIds = new Set([...this.#running.values()].map(message => message.data.job_id));
    for (const jobId of jobIds) {
      try {
        if ((await this.#jobs.readVerdict(jobId)) !== undefined) this.stopJob(jobId);
      } catch (error) {
        this.#logger.warn('could not look for a verdict', { job_id: jobId, error });
      }
    }
  }

  async #lookForWinners(): Promise<void> {
    for (const [id, message] of this.#running) {
      try {
        if (await this.#isOvertaken(message)) this.stopOvertaken(id);
      } catch (error) {
        this.#logger.warn('could not look for a commit', { message_id: id, error });
      }
    }
  }

  /** Only what takes long has rivals; a bundle that does is taken apart. */
  async #isOvertaken({ data, processedOn = 0, attemptsStarted }: Job<TaskData>): Promise<boolean> {
    const isYoung = Date.now() - processedOn < speculationLimits.ageMsMin;
    if (isYoung || data.more !== undefined) return false;
    const record = await this.#jobs.readCommit(data.job_id, data.kind, data.index);
    return record !== undefined && record.attempt !== attemptNumber({ attemptsStarted }, data);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
