/**
 * Periodic repair. Every `everyMs` one API process, by a lease in Redis, goes through the jobs that are asked and not finished
 * (`sweep-job.ts`), a page at a time, ends deletions (`sweep-deleted.ts`), and now and then goes through what ended jobs and abandoned uploads have
 * left (`sweep-leftovers.ts`, `sweep-uploads.ts`).
 *
 * A page in which jobs had to be queued again is followed by the next at once, others by a pause: so the cost of a long list of
 * healthy jobs is spread, and after a loss of everything all are back within seconds. A pause is the longer the longer the page took: what has much to do has no time to be looked at. While Redis, the database or the storage is
 * away there is nothing to compare; the pass fails, is told once, and is made again.
 */
import { sweepLimits } from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import { RepeatedPasses } from '../repeated-passes.js';
import { NewsWatch } from './news-watch.js';
import { type Removed, sweepDeleted } from './sweep-deleted.js';
import type { SweepDependencies } from './sweep-dependencies.js';
import { type SweepMemory, sweepJob } from './sweep-job.js';
import { sweepLeftovers } from './sweep-leftovers.js';
import { type CountedMs, sweepUploads } from './sweep-uploads.js';

export class Sweep implements AsyncDisposable {
  readonly #dependencies: SweepDependencies;
  readonly #memory: SweepMemory = { suspects: new Map(), news: new NewsWatch() };
  readonly #passes: RepeatedPasses;
  #cursor: string | undefined;
  /** Jobs looked at since the last page was. What is remembered of any other one is of no use: it has ended. */
  #looked = new Set<string>();
  readonly #removed: Removed = new Set();
  #leftoversAreDue = false;
  #isFailing = false;
  readonly #countedMs: CountedMs = new Map();

  /**
   * Starts at once; whoever made it disposes it.
   * @param everyMs for tests; else `sweepLimits.everyMs`
   */
  constructor(dependencies: SweepDependencies, everyMs: number = sweepLimits.everyMs) {
    this.#dependencies = dependencies;
    this.#passes = new RepeatedPasses(async signal => {
      const begunMs = performance.now();
      if (await this.#pass(signal)) return 0;
      const restMs = (performance.now() - begunMs) * sweepLimits.restShare;
      return Math.max(everyMs, Math.min(restMs, sweepLimits.restMsMax));
    });
  }

  /** Asks for a pass over all jobs, those that have ended too, that begins soon. */
  request(): void {
    this.#cursor = undefined;
    this.#leftoversAreDue = true;
    this.#passes.request();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#passes[Symbol.asyncDispose]();
    await this.#dependencies.queue.endSweeping().catch(() => undefined);
  }

  /** Returns whether the next page is to be looked at without a pause. */
  async #pass(signal: AbortSignal): Promise<boolean> {
    const { queue, logger } = this.#dependencies;
    try {
      if (!(await queue.maySweep())) return false;
      const again = await this.#nextPage(signal);
      await sweepDeleted(this.#dependencies, this.#removed);
      await this.#leftovers(signal);
      if (this.#isFailing) logger.info('the sweep works again');
      this.#isFailing = false;
      return again;
    } catch (error) {
      if (!this.#isFailing) logger.warn('the sweep cannot compare what is asked, done and queued now', { error });
      this.#isFailing = true;
      return false;
    }
  }

  async #nextPage(signal: AbortSignal): Promise<boolean> {
    const ids = await this.#dependencies.history.unfinishedJobs(sweepLimits.pageJobs, this.#cursor);
    let mended = 0;
    const entries = ids.values();
    const lane = async () => {
      for (const jobId of entries) {
        if (signal.aborted) return;
        if (await this.#sweepJob(jobId)) mended++;
      }
    };
    await Promise.all(Array.from({ length: Math.min(sweepLimits.jobsAtOnce, ids.length) }, lane));
    for (const jobId of ids) this.#looked.add(jobId);
    this.#cursor = ids.length < sweepLimits.pageJobs ? undefined : ids.at(-1);
    if (this.#cursor === undefined) this.#forgetOthers();
    return mended > 0 && this.#cursor !== undefined;
  }

  /** A damaged file of one job must not keep the sweep from the others. */
  async #sweepJob(jobId: string): Promise<boolean> {
    try {
      return await sweepJob(this.#dependencies, this.#memory, jobId);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'damaged') throw error;
      this.#dependencies.logger.error('a job cannot be swept: a file of it is damaged', { job_id: jobId, error });
      return false;
    }
  }

  #forgetOthers(): void {
    const { suspects, news } = this.#memory;
    for (const jobId of suspects.keys()) if (!this.#looked.has(jobId)) suspects.delete(jobId);
    news.keepOnly(this.#looked);
    this.#looked = new Set();
  }

  async #leftovers(signal: AbortSignal): Promise<void> {
    const { queue, logger } = this.#dependencies;
    if (!this.#leftoversAreDue && !(await queue.leftoversAreDue())) return;
    this.#leftoversAreDue = false;
    const jobs = await sweepLeftovers(this.#dependencies, signal);
    const uploads = await sweepUploads(this.#dependencies, this.#countedMs, signal);
    await queue.leftoversSought();
    if (uploads > 0) logger.info('uploads had been abandoned; what they left is removed', { uploads });
    if (jobs > 0) logger.info('ended jobs had left files; they are removed', { jobs });
  }
}
