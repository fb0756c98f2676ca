/**
 * What a worker has read of jobs: their specification, their plan, the splits of the thousand it works on. All of it is
 * frozen once written, so a copy never goes stale; the most recently used few are kept.
 *
 * That a job has not ended is not frozen: it is believed for a moment only, and not at all once its end was announced.
 */
import {
  type AskedJob,
  firstTaskOf,
  groupOf,
  type Plan,
  processLimits,
  queueLimits,
  type Split,
  type Verdict,
} from '@gridmr/contracts';
import { type JobStore, StorageError } from '@gridmr/storage';
import { LRUCache } from 'lru-cache';

export class KnownJobs {
  readonly #jobs: JobStore;
  readonly #asked = new LRUCache<string, Promise<AskedJob>>({ max: processLimits.cachedJobsMax });
  readonly #plans = new LRUCache<string, Promise<Plan>>({ max: processLimits.cachedJobsMax });
  readonly #chunks = new LRUCache<string, Promise<readonly Split[]>>({ max: processLimits.cachedJobsMax });

  /** Jobs that had no verdict a moment ago. */
  readonly #going = new LRUCache<string, true>({
    max: processLimits.cachedJobsMax,
    ttl: queueLimits.verdictBelievedMs,
  });

  constructor(jobs: JobStore) {
    this.#jobs = jobs;
  }

  /** Throws if there is no such job. */
  asked(jobId: string): Promise<AskedJob> {
    return remember(this.#asked, jobId, async () => {
      const asked = await this.#jobs.readAsked(jobId, { isAwaited: true });
      if (asked === undefined) throw new StorageError('not_found', jobId, `nothing is known of job ${jobId}`);
      return asked;
    });
  }

  /** Throws if the job has no plan yet. */
  plan(jobId: string): Promise<Plan> {
    return remember(this.#plans, jobId, async () => {
      const plan = await this.#jobs.readPlan(jobId, { isAwaited: true });
      if (plan === undefined) throw new StorageError('not_found', jobId, `job ${jobId} has no plan`);
      return plan;
    });
  }

  /** The verdict of a job that has ended; undefined if it had none a moment ago. */
  async verdict(jobId: string): Promise<Verdict | undefined> {
    if (this.#going.has(jobId)) return undefined;
    const verdict = await this.#jobs.readVerdict(jobId);
    if (verdict === undefined) this.#going.set(jobId, true);
    return verdict;
  }

  /** The job is said to have ended: the next one to ask looks for its verdict. */
  lookAgain(jobId: string): void {
    this.#going.delete(jobId);
  }

  /** The split of one map task. */
  async split(jobId: string, index: number): Promise<Split> {
    const plan = await this.plan(jobId);
    const group = groupOf(index);
    const chunk = await remember(this.#chunks, `${jobId}/${group}`, () => this.#jobs.readSplits(plan, group));
    const split = chunk[index - firstTaskOf(group)];
    if (split === undefined)
      throw new StorageError('not_found', jobId, `the plan of job ${jobId} has no split ${index}`);
    return split;
  }
}

/** A failed read is not remembered: the next one tries again. */
function remember<Value>(
  cache: LRUCache<string, Promise<Value>>,
  key: string,
  read: () => Promise<Value>,
): Promise<Value> {
  const before = cache.get(key);
  if (before !== undefined) return before;
  const value = read();
  cache.set(key, value);
  value.catch(() => cache.delete(key));
  return value;
}
