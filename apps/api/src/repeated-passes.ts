/** Work in the background that is done pass after pass, with a pause in between that may be cut short, until its owner is disposed. */
import { setTimeout as delay } from 'node:timers/promises';

/** One pass. Never throws; `signal` aborts when it should end early. Returns how long to wait for the next, in milliseconds. */
export type Pass = (signal: AbortSignal) => Promise<number>;

export class RepeatedPasses implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #wake = new AbortController();

  /** Starts at once; whoever made it disposes it. */
  constructor(pass: Pass) {
    this.#running = this.#run(pass);
  }

  /** The next pass begins soon, also if one is under way. */
  request(): void {
    this.#wake.abort();
  }

  /** Returns when the last pass has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
  }

  async #run(pass: Pass): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const pauseMs = await pass(signal);
      if (signal.aborted) return;
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal: this.#wake.signal }).catch(() => undefined);
    }
  }
}
