/**
 * Identifiers. Job ids sort by the time of submission. Ids become names of queue messages and of files, so they
 * hold lower-case letters, digits and hyphens only: never `:` (BullMQ) nor `/`.
 */
import { z } from 'zod';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32
const timeDigits = 10;
const randomDigits = 12;

/**
 * A job; or one of its runs, which is what messages, workers and the shared directory call a job: the first run has the job's own id, and one
 * that was begun by a retry a number behind it. Users and job records know jobs only: `parseRunId` stands at the border.
 */
const jobIdPattern = /^j[0-9a-hjkmnp-tv-z]{22}(?:-\d{1,4})?$/;
export const jobIdSchema = z.string().regex(jobIdPattern, 'is not a job id');
const taskIdPattern = /^(j[0-9a-hjkmnp-tv-z]{22}(?:-\d{1,4})?)-([mr])-(\d{5,7})$/;
export const taskIdSchema = z.string().regex(taskIdPattern, 'is not a task id');

export type TaskKind = 'map' | 'reduce';
export const taskKindSchema = z.enum(['map', 'reduce']);

/** A new job id: `j`, 10 digits of milliseconds, 12 random digits (60 bits), all in base 32. */
export function newJobId(nowMs: number = Date.now()): string {
  let time = '';
  for (let rest = nowMs, i = 0; i < timeDigits; i++, rest = Math.floor(rest / 32)) time = alphabet[rest % 32] + time;
  return `j${time}${randomToken(randomDigits)}`;
}

/** Drawn ahead: each drawing costs as much as making a file. */
const drawn = new Uint8Array(1024);
let drawnUsed = drawn.length;

/** Random base-32 text, 5 bits a character: attempt-unique file names, job ids. */
export function randomToken(length: number): string {
  let token = '';
  while (token.length < length) {
    if (drawnUsed === drawn.length) {
      crypto.getRandomValues(drawn);
      drawnUsed = 0;
    }
    token += alphabet[(drawn[drawnUsed++] ?? 0) % alphabet.length];
  }
  return token;
}

/** `<job_id>-m-00012`, `<job_id>-r-00003`. */
export function taskId(jobId: string, kind: TaskKind, index: number): string {
  return `${jobId}-${kind === 'map' ? 'm' : 'r'}-${fiveDigits(index)}`;
}

/** The parts of a task id that `taskIdSchema` accepts. The task of a run names the run. */
export function parseTaskId(id: string): { jobId: string; kind: TaskKind; index: number } {
  const [whole, jobId = '', letter, index] = taskIdPattern.exec(id) ?? [];
  // Only to say what is wrong: the schema takes ten times as long as its pattern.
  if (whole === undefined) taskIdSchema.parse(id);
  return { jobId, kind: letter === 'm' ? 'map' : 'reduce', index: Number(index) };
}

/** `<job_id>` for run 1, `<job_id>-2` for the run that the first retry begins. */
export function runId(jobId: string, run: number): string {
  return run === 1 ? jobId : `${jobId}-${run}`;
}

/** The job of a run, and the run's number. */
export function parseRunId(id: string): { jobId: string; run: number } {
  if (!jobIdPattern.test(id)) jobIdSchema.parse(id);
  const [jobId = '', run = '1'] = id.split('-');
  return { jobId, run: Number(run) };
}

/** What users call the task of a run: all runs of a job have the same tasks. */
export function publicTaskId(id: string): string {
  const { jobId, kind, index } = parseTaskId(id);
  return taskId(parseRunId(jobId).jobId, kind, index);
}

/** Indices in names are padded so that names sort as numbers do (up to 100,000 tasks). */
export function fiveDigits(index: number): string {
  return String(index).padStart(5, '0');
}
