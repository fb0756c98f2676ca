/**
 * New jobs on their way into the embedded database, which must survive a power cut once they are there: forcing a commit to the disk takes milliseconds in which this
 * process does nothing else. So jobs that come while one commit is made, or a moment after it, go into the next together; the first after a silence does not wait.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { historyLimits } from '@gridmr/contracts';
import type { AddJobResult, NewJob } from './history.js';

interface WaitingJob {
  readonly job: NewJob;
  resolve(added: AddJobResult): void;
  reject(error: unknown): void;
}

export class GroupedJobs {
  readonly #store: (jobs: readonly NewJob[]) => Promise<AddJobResult[]>;
  readonly #waiting: WaitingJob[] = [];
  #isStoring = false;

  /** @param store stores all of them in one transaction, or none */
  constructor(store: (jobs: readonly NewJob[]) => Promise<AddJobResult[]>) {
    this.#store = store;
  }

  add(job: NewJob): Promise<AddJobResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (!this.#isStoring) void this.#storeAll();
    });
  }

  async #storeAll(): Promise<void> {
    this.#isStoring = true;
    while (this.#waiting.length > 0) {
      await this.#storeGroup(this.#waiting.splice(0, historyLimits.jobsPerCommitMax));
      await delay(historyLimits.commitGapMs);
    }
    this.#isStoring = false;
  }

  async #storeGroup(group: readonly WaitingJob[]): Promise<void> {
    try {
      const added = await this.#store(group.map(({ job }) => job));
      for (const [i, { resolve, reject }] of group.entries()) {
        const result = added[i];
        if (result === undefined) reject(new Error('a job was not stored, and nobody said why'));
        else resolve(result);
      }
    } catch (error) {
      const [only] = group;
      // One of them may be what the database does not take: each by itself then.
      if (group.length > 1) for (const each of group) await this.#storeGroup([each]);
      else only?.reject(error);
    }
  }
}
