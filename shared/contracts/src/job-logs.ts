/**
 * What users' functions wrote by `ctx.log`: a file an attempt that wrote anything, under `logs/` of its run's directory. It stays when intermediates
 * go, until the job is deleted. How many lines a job keeps is bounded by giving each task an equal share.
 */
import { z } from 'zod';
import { fiveDigits, jobIdSchema, type TaskKind, taskIdSchema } from './ids.js';
import { pageQuerySchema, pageSchema } from './job.js';
import { groupOf, jobFiles } from './job-files.js';
import { sandboxLimits } from './limits.js';

export const attemptLogSchema = z.object({
  lines: z.array(z.string().max(sandboxLimits.logLineLengthMax)).max(sandboxLimits.logLinesMax),
  /** Lines that the attempt wrote beyond these. */
  dropped: z.number().int().nonnegative(),
});
export type AttemptLog = z.infer<typeof attemptLogSchema>;

/** `logs/map/00000/m-00012.a1.json` */
export function jobLogPath(runId: string, kind: TaskKind, index: number, attempt: number): string {
  return `${jobLogDirectory(runId, kind, groupOf(index))}/${kind === 'map' ? 'm' : 'r'}-${fiveDigits(index)}.a${attempt}.json`;
}

export function jobLogDirectory(runId: string, kind: TaskKind, group: number): string {
  return `${jobFiles.logs(runId)}/${kind}/${fiveDigits(group)}`;
}

/** The index and the attempt in a name that `jobLogPath` gives. */
export function parseLogName(name: string): { index: number; attempt: number } | undefined {
  const [, index, attempt] = /^[mr]-(\d{5,7})\.a(\d{1,9})\.json$/.exec(name) ?? [];
  return index === undefined ? undefined : { index: Number(index), attempt: Number(attempt) };
}

/** How many lines are kept of each attempt of a job that has so many tasks. */
export function attemptLogLinesMax(tasks: number): number {
  const share = Math.floor(sandboxLimits.jobLogLinesMax / Math.max(1, tasks));
  return Math.min(sandboxLimits.logLinesMax, Math.max(sandboxLimits.attemptLogLinesMin, share));
}

const position = z.number().int().positive();

export const logLineSchema = z
  .object({
    job_id: jobIdSchema,
    task_id: taskIdSchema,
    run: position,
    attempt: position,
    attempt_state: z.enum(['committed', 'failed']),
    line: position.meta({ description: 'Counted from 1 in its attempt' }),
    text: z.string(),
    dropped: position
      .optional()
      .meta({ description: 'Of the line that says so: how many lines of the attempt were not kept' }),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof logLineSchema>;

export const logPageSchema = pageSchema(logLineSchema, 'LogPage');

export const logQuerySchema = pageQuerySchema.extend({ task_id: taskIdSchema.optional() });
export type LogQuery = z.infer<typeof logQuerySchema>;
