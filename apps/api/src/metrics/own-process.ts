/** How this process is doing: memory, processor, how late its timers come. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { processLimits } from '@gridmr/contracts';

const microsecondsPerMs = 1000;
const nanosecondsPerMs = 1_000_000;
const percent = 100;
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
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();

  constructor() {
    this.#delay.enable();
  }

  /** Processor and lag are those since the last call. */
  read(): OwnFigures {
    const { user, system } = process.cpuUsage(this.#cpu);
    const nowMs = performance.now();
    const passedMs = Math.max(nowMs - this.#sinceMs, 1);
    const lateMs = this.#delay.percentile(reportedPercentile) / nanosecondsPerMs - processLimits.loopSampleMs;
    this.#cpu = process.cpuUsage();
    this.#sinceMs = nowMs;
    this.#delay.reset();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      rss_bytes: rss,
      heap_bytes: heapUsed,
      cpu_percent: rounded(((user + system) / microsecondsPerMs / passedMs) * percent),
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
