/**
 * Small writes on their way into the embedded database, where each commit costs more than what it holds, and most of all one that must survive a power cut: forcing it to
 * the disk takes milliseconds in which this process does nothing else. So what comes while one commit is made, or a moment after it, goes into the next together; the first
 * after a silence does not wait.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { historyLimits } from '@gridmr/contracts';

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export class GroupedWrites<Item, Result> {
  readonly #store: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #isStoring = false;

  /** @param store stores all of them in one transaction, or none; answers a result for each */
  constructor(store: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#store = store;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isStoring) void this.#storeAll();
    });
  }

  async #storeAll(): Promise<void> {
    this.#isStoring = true;
    while (this.#waiting.length > 0) {
      await this.#storeGroup(this.#waiting.splice(0, historyLimits.writesPerCommitMax));
      await delay(historyLimits.commitGapMs);
    }
    this.#isStoring = false;
  }

  async #storeGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#store(group.map(({ item }) => item));
      for (const [i, { resolve, reject }] of group.entries()) {
        if (i < results.length) resolve(results[i] as Result);
        else reject(new Error('something was not stored, and nobody said why'));
      }
    } catch (error) {
      const [only] = group;
      // One of them may be what the database does not take: each by itself then.
      if (group.length > 1) for (const each of group) await this.#storeGroup([each]);
      else only?.reject(error);
    }
  }
}
