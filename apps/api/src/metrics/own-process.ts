/** How this process is doing: memory, processor, how late its timers come. */
import { LoopLag, ProcessorMeter } from '@gridmr/runtime';

export interface OwnFigures {
  readonly rss_bytes: number;
  readonly heap_bytes: number;
  readonly cpu_percent: number;
  readonly loop_lag_ms: number;
  readonly uptime_seconds: number;
}

export class OwnProcess implements Disposable {
  readonly #lag = new LoopLag();
  readonly #processor = new ProcessorMeter();

  /** Processor and lag are those since the last call. */
  read(): OwnFigures {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      rss_bytes: rss,
      heap_bytes: heapUsed,
      cpu_percent: rounded(this.#processor.read()),
      loop_lag_ms: rounded(this.#lag.read()),
      uptime_seconds: Math.round(process.uptime()),
    };
  }

  [Symbol.dispose](): void {
    this.#lag[Symbol.dispose]();
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
