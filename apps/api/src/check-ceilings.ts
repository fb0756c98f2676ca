/** A job may lower what the settings allow, never raise it. */
import { bytesPerMb, type FieldError, type JobRequest, sandboxLimits } from '@gridmr/contracts';
import type { JobCeilings } from './dependencies.js';
import { invalidInput } from './parse-input.js';

/** Throws `RequestError` `invalid_request` naming every limit that is too high. */
export function checkCeilings(
  request: Pick<JobRequest, 'max_attempts' | 'task_timeout' | 'memory_limit'>,
  ceilings: JobCeilings,
): void {
  const errors = [
    ...aboveCeiling('max_attempts', request.max_attempts, ceilings.maxAttempts, ''),
    ...aboveCeiling('task_timeout', request.task_timeout, ceilings.taskTimeoutSeconds, ' seconds'),
    ...aboveCeiling('memory_limit', request.memory_limit, ceilings.memoryBytes, ' bytes'),
    ...belowNeed(request.memory_limit),
  ];
  if (errors.length > 0) throw invalidInput(errors);
}

function aboveCeiling(path: string, asked: number | undefined, ceiling: number, unit: string): FieldError[] {
  if (asked === undefined || asked <= ceiling) return [];
  return [
    { path, message: `may be at most ${ceiling}${unit}, which this server's settings allow; a job can only lower it` },
  ];
}

function belowNeed(memoryBytes: number | undefined): FieldError[] {
  const least = sandboxLimits.memoryMbMin * bytesPerMb;
  if (memoryBytes === undefined || memoryBytes >= least) return [];
  return [
    { path: 'memory_limit', message: `must be at least ${least} bytes, which a sandbox needs before any code runs` },
  ];
}
