/**
 * How long the machine stood still. A virtual machine may be denied its processors for a second at a time, and then nobody's
 * timer is on time: a test that measures time subtracts what an idle timer lost meanwhile, and asserts on the rest.
 */
const tickMs = 5;
/** A gap below this is ordinary scheduling. */
const stallMsMin = 25;

export class StallMeter implements Disposable {
  readonly #startedMs = performance.now();
  #lastMs = performance.now();
  #stalledMs = 0;
  readonly #timer = setInterval(() => this.#tick(), tickMs);

  /** Milliseconds since the start in which this process could run. */
  get ranMs(): number {
    this.#tick();
    return performance.now() - this.#startedMs - this.#stalledMs;
  }

  /** Milliseconds since the start, by the clock: what has to have passed at least, a machine that stands still shortens by nothing. */
  get passedMs(): number {
    return performance.now() - this.#startedMs;
  }

  get stalledMs(): number {
    this.#tick();
    return this.#stalledMs;
  }

  #tick(): void {
    const nowMs = performance.now();
    const gapMs = nowMs - this.#lastMs;
    if (gapMs > stallMsMin) this.#stalledMs += gapMs - tickMs;
    this.#lastMs = nowMs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
