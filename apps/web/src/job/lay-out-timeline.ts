/**
 * Where the attempts of a job stand on its timeline: a band for each worker, in it as many lanes as it had attempts at once, and in
 * a lane one attempt after the other. Pure: the same attempts give the same picture.
 */
import type { TaskAttempt } from '../live/job-attempts.js';

export interface TimelineBar {
  readonly attempt: TaskAttempt;
  readonly lane: number;
  readonly startMs: number;
  readonly endMs: number;
}

export interface TimelineBand {
  readonly workerId: string;
  readonly lanes: number;
  readonly bars: readonly TimelineBar[];
}

export interface TimelineLayout {
  readonly startMs: number;
  readonly endMs: number;
  readonly bands: readonly TimelineBand[];
}

/** @param nowMs where attempts end that have not */
export function layOutTimeline(attempts: readonly TaskAttempt[], nowMs: number): TimelineLayout {
  const byWorker = new Map<string, TaskAttempt[]>();
  for (const attempt of attempts) {
    const own = byWorker.get(attempt.worker_id);
    if (own === undefined) byWorker.set(attempt.worker_id, [attempt]);
    else own.push(attempt);
  }
  const bands = [...byWorker].map(([workerId, own]) => bandOf(workerId, own, nowMs));
  bands.sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = 0;
  for (const { bars } of bands) {
    for (const bar of bars) {
      startMs = Math.min(startMs, bar.startMs);
      endMs = Math.max(endMs, bar.endMs);
    }
  }
  return bands.length === 0 ? { startMs: nowMs, endMs: nowMs, bands } : { startMs, endMs, bands };
}

function bandOf(workerId: string, attempts: readonly TaskAttempt[], nowMs: number): TimelineBand {
  const timed = attempts.map(attempt => {
    const { startedMs: startMs, finishedMs: endMs = nowMs } = attempt;
    return { attempt, startMs, endMs: Math.max(startMs, endMs) };
  });
  timed.sort((a, b) => a.startMs - b.startMs || a.attempt.index - b.attempt.index);
  const laneEndsMs: number[] = [];
  const bars = timed.map(bar => {
    const free = laneEndsMs.findIndex(endMs => endMs <= bar.startMs);
    const lane = free < 0 ? laneEndsMs.length : free;
    laneEndsMs[lane] = bar.endMs;
    return { ...bar, lane };
  });
  return { workerId, lanes: laneEndsMs.length, bars };
}
