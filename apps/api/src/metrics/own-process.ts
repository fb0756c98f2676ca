/** How this process is doing: memory, processor, how late its timers come. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { processLimits } from '@gridmr/contracts';
import { ProcessorMeter } from '@gridmr/runtime';

const nanosecondsPerMs = 1_000_000;
const reportedPercentile = 99;

export interface OwnFigures {
  readonly rss_bytes: number;
  readonly heap_bytes: number;
  readonly cpu_percent: number;
  readonly loop_lag_ms: number;
  readonly uptime_seconds: number;
}

export class OwnProcess implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: processLimits.loopSampleMs });
  readonly #processor = new ProcessorMeter();

  constructor() {
    this.#delay.enable();
  }

  /** Processor and lag are those since the last call. */
  read(): OwnFigures {
    const lateMs = this.#delay.percentile(reportedPercentile) / nanosecondsPerMs - processLimits.loopSampleMs;
    this.#delay.reset();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      rss_bytes: rss,
      heap_bytes: heapUsed,
      cpu_percent: rounded(this.#processor.read()),
      loop_lag_ms: rounded(Number.isFinite(lateMs) ? Math.max(0, lateMs) : 0),
      uptime_seconds: Math.round(process.uptime()),
    };
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
