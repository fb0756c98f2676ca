/** Durations in bounded memory, however many: counted in ranges that grow by a hundredth, so that a percentile is at most that much too great. */
const growth = 1.01;
const leastMs = 0.01;

export class Histogram {
  #counts = new Map();
  count = 0;
  max = 0;

  record(ms) {
    const range = Math.max(0, Math.ceil(Math.log(ms / leastMs) / Math.log(growth)));
    this.#counts.set(range, (this.#counts.get(range) ?? 0) + 1);
    this.count++;
    this.max = Math.max(this.max, ms);
  }

  /** The time that this share of all do not exceed; 0 of none. */
  at(share) {
    let left = Math.ceil(share * this.count);
    for (const range of [...this.#counts.keys()].sort((a, b) => a - b)) {
      left -= this.#counts.get(range);
      if (left <= 0) return Math.min(this.max, leastMs * growth ** range);
    }
    return this.max;
  }
}
