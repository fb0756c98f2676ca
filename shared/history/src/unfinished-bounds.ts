/**
 * How many unfinished jobs each client has at most, for a process that alone adds jobs: those of the last count and those added since. Counting is looking at as
 * many rows, for each job that is submitted; so it is made again only when the bound says no more than is asked.
 */
import { historyLimits } from '@gridmr/contracts';

interface Bound {
  /** Jobs added since this was made. */
  added: number;
  /** The last count, and `added` when it began: what was added meanwhile may be in both. */
  counted?: { readonly jobs: number; readonly added: number };
}

export class UnfinishedBounds {
  /** The clients seen last are last. */
  readonly #bounds = new Map<string, Bound>();

  /** A number below `enough` that the client's jobs are at most; undefined if none is known. */
  below(clientId: string, enough: number): number | undefined {
    const { counted, added = 0 } = this.#bounds.get(clientId) ?? {};
    if (counted === undefined) return undefined;
    const atMost = counted.jobs + added - counted.added;
    return atMost < enough ? atMost : undefined;
  }

  /** Jobs of the client are counted now: to be called with their number. */
  begin(clientId: string): (jobs: number) => void {
    const bound = this.#bounds.get(clientId) ?? { added: 0 };
    this.#bounds.delete(clientId);
    this.#bounds.set(clientId, bound);
    const [longestUnseen = clientId] = this.#bounds.keys();
    if (this.#bounds.size > historyLimits.boundedClientsMax) this.#bounds.delete(longestUnseen);
    const { added } = bound;
    return jobs => {
      bound.counted = { jobs, added };
    };
  }

  /** A job of the client has not finished that had, or was not there. */
  add(clientId: string): void {
    const bound = this.#bounds.get(clientId);
    if (bound !== undefined) bound.added++;
  }
}
