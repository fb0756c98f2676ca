/** What the stream of all jobs tells: one connection for all pages, opened by the first that asks and kept while the page lives. */
import type { GeneralStreamEvent, SystemMetrics, Worker } from '@gridmr/contracts';
import { api } from '../api.js';
import { faultText } from '../parts/fault-text.js';
import { isRefusal, sessionKeeper } from '../session/session-keeper.js';
import { Store } from './store.js';

const comeBackMs = 1000;

type Listener = (event: GeneralStreamEvent) => void;

class GeneralFeed {
  readonly workers = new Store<readonly Worker[] | undefined>(undefined);
  readonly system = new Store<SystemMetrics | undefined>(undefined);
  /** What keeps the pages from being live, in the API's words. */
  readonly trouble = new Store<string | undefined>(undefined);
  readonly #listeners = new Set<Listener>();
  #isOpen = false;

  /** Tells of every event until the returned function is called. */
  listen(listener: Listener): () => void {
    this.open();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    void this.#follow();
  }

  async #follow(): Promise<void> {
    for (;;) {
      try {
        for await (const event of api.allEvents()) this.#take(event);
      } catch (error) {
        if (isRefusal(error)) await sessionKeeper.admitted();
        else this.trouble.set(faultText(error));
      }
      await new Promise(resolve => setTimeout(resolve, comeBackMs));
      for (const listener of this.#listeners) listener({ event: 'reset', data: {} });
    }
  }

  #take(event: GeneralStreamEvent): void {
    if (this.trouble.value !== undefined) this.trouble.set(undefined);
    if (event.event === 'workers') this.workers.set(event.data.workers);
    if (event.event === 'system') this.system.set(event.data);
    for (const listener of this.#listeners) listener(event);
  }
}

export const generalFeed = new GeneralFeed();
