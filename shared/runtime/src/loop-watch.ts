/**
 * Says in the log when this process's event loop was blocked: locks that are not renewed and requests that wait begin there.
 *
 * A timer that comes late has two causes, told apart by the processor time that passed meanwhile: work of our own on the
 * loop (`cpu_ms` near `blocked_ms`), or a machine, or a disk, that let the process wait (`cpu_ms` near 0).
 */
import { processLimits } from '@gridmr/contracts';
import type { Logger } from './logger.js';

const microsecondsPerMs = 1000;

export class LoopWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;

  constructor(logger: Logger) {
    let lastMs = performance.now();
    let lastCpu = process.cpuUsage();
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      const blockedMs = nowMs - lastMs - processLimits.loopSampleMs;
      if (blockedMs > processLimits.loopBlockedMs) {
        const cpu = process.cpuUsage(lastCpu);
        const cpuMs = (cpu.user + cpu.system) / microsecondsPerMs;
        const figures = { blocked_ms: Math.round(blockedMs), cpu_ms: Math.round(cpuMs) };
        logger.warn('the event loop was blocked', figures);
      }
      lastMs = nowMs;
      lastCpu = process.cpuUsage();
    }, processLimits.loopSampleMs);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
