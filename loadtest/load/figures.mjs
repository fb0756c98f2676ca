/** What a load test has seen: how long requests and jobs took, by name, and what was wrong. */
import { Histogram } from './histogram.mjs';

/** Different complaints that are kept; all are counted. */
const complaintsMax = 20;

export class Figures {
  #rows = new Map();
  /** What was wrong, and how often. */
  complaints = new Map();
  checks = 0;
  requests = 0;

  request(name, ms, fault) {
    const row = this.#row(name, 'request');
    this.requests++;
    row.times.record(ms);
    if (fault !== undefined) this.complain(name, fault);
  }

  timing(name, ms) {
    this.#row(name, 'timing').times.record(ms);
  }

  check(name, ok) {
    this.checks++;
    if (!ok) this.complain('checks', `not so: ${name}`);
  }

  complain(name, what) {
    this.#row(name, name === 'checks' ? 'checks' : 'request').errors++;
    const key = this.complaints.size < complaintsMax ? what : 'others';
    this.complaints.set(key, (this.complaints.get(key) ?? 0) + 1);
  }

  /** By name, over so many seconds; `all` has the errors of all. */
  summary(seconds) {
    const rows = [...this.#rows].map(([name, row]) => [name, summaryOf(row, seconds)]);
    const errors = rows.reduce((sum, [, row]) => sum + row.errors, 0);
    return { all: { kind: 'all', errors, checks: this.checks }, ...Object.fromEntries(rows) };
  }

  #row(name, kind) {
    if (!this.#rows.has(name)) this.#rows.set(name, { kind, times: new Histogram(), errors: 0 });
    return this.#rows.get(name);
  }
}

function summaryOf({ kind, times, errors }, seconds) {
  return {
    kind,
    count: times.count,
    per_second: times.count / seconds,
    p50_ms: times.at(0.5),
    p95_ms: times.at(0.95),
    p99_ms: times.at(0.99),
    max_ms: times.max,
    errors,
  };
}
