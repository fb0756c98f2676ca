/**
 * A process on a machine that is too slow: it is stopped and let go on again and again, so that it runs for a fixed share of the time. How long it
 * ran is measured each time and the pause made to fit, since timers of a busy machine are late.
 */
const runMs = 10;

export class SlowedProcess implements Disposable {
  readonly #pid: number;
  readonly #times: number;
  #timer: NodeJS.Timeout | undefined;
  #ranMs = 0;
  #stoodMs = 0;

  /** @param times how many times slower it is than if it were left alone */
  constructor(pid: number, times: number) {
    this.#pid = pid;
    this.#times = times;
    this.#stop(0);
  }

  /** How many times slower it really was so far. */
  get times(): number {
    return this.#ranMs === 0 ? Number.POSITIVE_INFINITY : (this.#ranMs + this.#stoodMs) / this.#ranMs;
  }

  /** It runs as it did before. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal('SIGCONT');
  }

  #stop(ranMs: number): void {
    this.#ranMs += ranMs;
    this.#signal('SIGSTOP');
    const startedMs = performance.now();
    this.#timer = setTimeout(
      () => {
        this.#stoodMs += performance.now() - startedMs;
        this.#letRun();
      },
      Math.max(ranMs, runMs) * (this.#times - 1),
    );
  }

  #letRun(): void {
    this.#signal('SIGCONT');
    const startedMs = performance.now();
    this.#timer = setTimeout(() => this.#stop(performance.now() - startedMs), runMs);
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
