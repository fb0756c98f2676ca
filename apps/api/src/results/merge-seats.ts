/**
 * How many merged downloads one process gives at a time. Each holds a piece of every part for as long as its reader takes, and a reader may take its time: without a
 * bound their number would be that of the process's memory. A client with a key cannot have all of them.
 */
import { RequestError, resultLimits } from '@gridmr/contracts';
import type { Caller } from '../access/caller.js';

const { mergesAtOnceMax, mergesPerClientMax } = resultLimits;

export class MergeSeats {
  readonly #taken: string[] = [];

  /** Does `work` in a seat. Throws `RequestError` `too_many_requests` if there is none. */
  async during(caller: Caller, work: () => Promise<void>): Promise<void> {
    this.#judge(caller);
    this.#taken.push(caller.clientId);
    try {
      await work();
    } finally {
      this.#taken.splice(this.#taken.indexOf(caller.clientId), 1);
    }
  }

  #judge({ clientId, keyId }: Caller): void {
    const ofClient = this.#taken.filter(each => each === clientId).length;
    const isFull = this.#taken.length >= mergesAtOnceMax;
    if (!isFull && (keyId === null || ofClient < mergesPerClientMax)) return;
    const whose = isFull ? `${this.#taken.length} downloads` : `${ofClient} downloads of yours`;
    throw new RequestError(
      'too_many_requests',
      `${whose} with order=key are under way, as many as there may be at once. Parts one after the other have no such bound`,
    );
  }
}
