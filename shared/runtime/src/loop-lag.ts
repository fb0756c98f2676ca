/** How late timers come in this process, since it was last asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { processLimits } from '@gridmr/contracts';

const nanosecondsPerMs = 1_000_000;
const reportedPercentile = 99;

export class LoopLag implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: processLimits.loopSampleMs });

  constructor() {
    this.#delay.enable();
  }

  /** Milliseconds, of all but one in a hundred timers since the last call. */
  read(): number {
    const lateMs = this.#delay.percentile(reportedPercentile) / nanosecondsPerMs - processLimits.loopSampleMs;
    this.#delay.reset();
    return Number.isFinite(lateMs) ? Math.max(0, lateMs) : 0;
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}
