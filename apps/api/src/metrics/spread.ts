/** How numbers are spread: exactly, since a job has no more than a million tasks. */
import type { Durations, Spread } from '@gridmr/contracts';
import { systemLimits } from '@gridmr/contracts';

/** Undefined of nothing. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = Float64Array.from(values).sort();
  const { length } = sorted;
  if (length === 0) return undefined;
  const at = (share: number) => rounded(sorted[Math.min(length - 1, Math.ceil(share * length) - 1)] ?? 0);
  const mean = rounded(sorted.reduce((sum, value) => sum + value, 0) / length);
  return { min: rounded(sorted[0] ?? 0), mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** Of what attempts took, in seconds. */
export function durationsOf(seconds: readonly number[]): Durations {
  const ends = systemLimits.durationSeconds;
  const counts = new Array<number>(ends.length + 1).fill(0);
  for (const value of seconds) {
    const found = ends.findIndex(end => value <= end);
    const range = found === -1 ? ends.length : found;
    counts[range] = (counts[range] ?? 0) + 1;
  }
  const histogram = counts.map((tasks, i) => ({ up_to_seconds: ends[i] ?? null, tasks }));
  return { tasks: seconds.length, seconds: spreadOf(seconds) ?? null, histogram };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
