/**
 * How long to wait before something that died is started again.
 *
 * What dies as soon as it starts is given longer pauses, each twice the last, up to a limit: nobody gains by a machine that is busy starting it. What
 * ran well and then died (out of memory, killed) is missed, and is started again almost at once: each stretch of life takes one doubling back, so a
 * process that dies now and then never waits long, and one that begins to die at once is soon waiting long.
 */
import { processLimits } from '@gridmr/contracts';

export class RestartPause {
  readonly #now: () => number;
  #deaths = 0;
  #startedMs: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#startedMs = now();
  }

  /** Milliseconds to wait, from now; then it is taken to be started. */
  nextMs(): number {
    const { restartDelayMs, restartDelayMaxMs, restartForgivenMs } = processLimits;
    const lived = Math.max(0, this.#now() - this.#startedMs);
    this.#deaths = Math.max(0, this.#deaths - Math.floor(lived / restartForgivenMs));
    const pauseMs = Math.min(restartDelayMs * 2 ** this.#deaths, restartDelayMaxMs);
    // Further doublings would change nothing, and would have to be forgiven.
    if (pauseMs < restartDelayMaxMs) this.#deaths++;
    this.#startedMs = this.#now() + pauseMs;
    return pauseMs;
  }
}
