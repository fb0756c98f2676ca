/** A job's figures, read again when news of the job has come, at most every so often. */
import type { JobMetrics } from '@gridmr/contracts';
import { useEffect, useState } from 'react';
import { api } from '../api.js';
import { useReading } from '../parts/use-reading.js';

const everyMs = 3000;

/** @param version changes with each news @param isFinished its last figures are read at once */
export function useJobMetrics(jobId: string, version: number, isFinished: boolean): JobMetrics | undefined {
  const settled = useSettled(version, everyMs);
  const { answer } = useReading(signal => api.jobMetrics(jobId, { signal }), `${jobId} ${settled} ${isFinished}`);
  return answer;
}

/** The value as it was a moment ago: it changes at most once per `ms`, and ends with the last one. */
function useSettled(value: number, ms: number): number {
  const [settled, setSettled] = useState(value);
  const isDue = settled !== value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value changes too often; what it is when time is up counts
  useEffect(() => {
    if (!isDue) return;
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [isDue, ms]);
  return settled;
}
