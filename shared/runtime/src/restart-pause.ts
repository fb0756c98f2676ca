/** How long to wait before something that died is started again: longer each time, unless it had run well for a while. */
import { processLimits } from '@gridmr/contracts';

export class RestartPause {
  #deaths = 0;
  #startedMs = performance.now();

  /** Milliseconds to wait, from now; then it is taken to be started. */
  nextMs(): number {
    const { restartDelayMs, restartDelayMaxMs, restartForgivenMs } = processLimits;
    if (performance.now() - this.#startedMs > restartForgivenMs) this.#deaths = 0;
    const pauseMs = Math.min(restartDelayMs * 2 ** this.#deaths++, restartDelayMaxMs);
    this.#startedMs = performance.now() + pauseMs;
    return pauseMs;
  }
}
