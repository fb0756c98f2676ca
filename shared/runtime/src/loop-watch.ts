/**
 * Says in the log when this process's event loop was blocked: locks that are not renewed and requests that wait begin
 * there. Measures the delay of timers, so it also sees a machine that gives the process no processor.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { processLimits } from '@gridmr/contracts';
import type { Logger } from './logger.js';

const nanosecondsPerMs = 1e6;

export class LoopWatch implements Disposable {
  readonly #delays: IntervalHistogram;
  readonly #timer: NodeJS.Timeout;

  constructor(logger: Logger) {
    this.#delays = monitorEventLoopDelay({ resolution: processLimits.loopSampleMs });
    this.#delays.enable();
    this.#timer = setInterval(() => {
      const blockedMs = Math.round(this.#delays.max / nanosecondsPerMs);
      this.#delays.reset();
      if (blockedMs > processLimits.loopBlockedMs) logger.warn('the event loop was blocked', { blocked_ms: blockedMs });
    }, processLimits.loopReportMs);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }
}
