/** How much processor time this process takes, all its threads together. */
const microsecondsPerMs = 1000;
const percent = 100;
/** Two looks may come in the same moment. */
const passedMsMin = 1;

export class ProcessorMeter {
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();

  /** Of the time since the last call; 100 is one core. */
  read(): number {
    const nowMs = performance.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    const passedMs = Math.max(nowMs - this.#sinceMs, passedMsMin);
    this.#cpu = process.cpuUsage();
    this.#sinceMs = nowMs;
    return ((user + system) / microsecondsPerMs / passedMs) * percent;
  }
}
