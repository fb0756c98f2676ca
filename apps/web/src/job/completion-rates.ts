/** How many tasks were completed per second, over the time of the job. */
import type { TaskAttempt } from '../live/job-attempts.js';

const intervals = 60;
const intervalMsMin = 200;

export interface CompletionRates {
  /** Seconds since the first attempt began; tasks per second around then. */
  readonly data: [number[], number[]];
  readonly total: number;
  readonly spanMs: number;
  readonly most: number;
}

/** Undefined until something has been committed. */
export function completionRates(attempts: readonly TaskAttempt[]): CompletionRates | undefined {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = 0;
  const endsMs: number[] = [];
  for (const { startedMs, finishedMs, state } of attempts) {
    startMs = Math.min(startMs, startedMs);
    if (state !== 'committed' || finishedMs === undefined) continue;
    endsMs.push(finishedMs);
    endMs = Math.max(endMs, finishedMs);
  }
  if (endsMs.length === 0) return undefined;
  const spanMs = Math.max(1, endMs - startMs);
  const intervalMs = Math.max(intervalMsMin, spanMs / intervals);
  const counts = new Array<number>(Math.ceil(spanMs / intervalMs) + 1).fill(0);
  for (const ms of endsMs) {
    const at = Math.floor((ms - startMs) / intervalMs);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const rates = counts.map(count => (count * 1000) / intervalMs);
  const times = counts.map((_, i) => (i * intervalMs) / 1000);
  return { data: [times, rates], total: endsMs.length, spanMs, most: Math.max(...rates) };
}
