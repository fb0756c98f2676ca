/**
 * What stands under `.gridmr/jobs/<job_id>/` in the shared directory: names and schemas. This is the truth about
 * what a job has done; the queue may forget everything and the database only follows.
 *
 * ```
 * job.json                     what was asked, by the API, before anything is queued
 * plan.json                    the frozen plan: its commit names the chunk files that belong to it
 * plan-<token>/chunk-00000.json  splits, 1,000 a file, so that a task reads its own thousand only
 * map/00000/m-00012.<attempt>.segment     an attempt's output, under a name of its own
 * map/00000/m-00012.json       the commit record: which attempt won. First one wins, never replaced. A small segment stands in it, and is no file
 * withdrawn/m-00012.g0         that record does not count any more: what it stands for is damaged. First one wins. The next commit record is m-00012.g1.json
 * reduce/00000/r-00003.<attempt>.part, r-00003.json   the same for reduce tasks
 * dead-letters/m-00012.<attempt>.jsonl    the records that an attempt skipped; its commit record names it, or it does not count
 * dead-letters/m-00012.jsonl   the same once the job has ended, when there are no commit records any more. Stays with the job
 * verdict.json                 how the job ended. First one wins
 * ```
 *
 * A run that was begun by a retry has a directory of its own, named by the run. It takes over the stages that stay valid, by renaming them.
 */
import { z } from 'zod';
import { countersSchema } from './counters.js';
import { reservedDirectory } from './data-path.js';
import { fiveDigits, jobIdSchema, type TaskKind, taskIdSchema } from './ids.js';
import { outputSchema } from './job.js';
import { jobSpecSchema, type OutputCompression } from './job-spec.js';
import { dataPlaneLimits } from './limits.js';
import { jobErrorSchema } from './problem.js';

const count = z.number().int().nonnegative();
const time = z.iso.datetime();

/** `job.json`: all that a worker needs to know of what was asked. */
export const askedJobSchema = z.object({
  job_id: jobIdSchema,
  spec: jobSpecSchema,
  /** User code sees the clock standing at this time, and randomness seeded by job and task. */
  submitted_at: time,
  trace_id: z.string(),
  /** The span of the request that asked for the job or its run, as the header `traceparent`: where steps without a trace of their own belong. */
  trace_parent: z.string().optional(),
  /** Of a run that was begun by a retry: the run before it, and which of its stages keep their committed tasks. */
  goes_on_from: z.object({ job_id: jobIdSchema, map: z.boolean(), reduce: z.boolean() }).optional(),
});
export type AskedJob = z.infer<typeof askedJobSchema>;

/** A byte range of one input. It owns every record whose first byte lies in [start, end). */
export const inputRangeSchema = z.object({ path: z.string(), start: count, end: count, file_bytes: count });
export type InputRange = z.infer<typeof inputRangeSchema>;

/** The work of one map task: a range of one input, or several small inputs, each whole, in the order of the job's inputs. */
export const splitSchema = z.object({ ranges: z.array(inputRangeSchema).min(1).max(dataPlaneLimits.filesPerSplitMax) });
export type Split = z.infer<typeof splitSchema>;

export const planSchema = z.object({
  job_id: jobIdSchema,
  token: z.string(),
  map_tasks: count,
  reduce_tasks: count,
  input: z.object({ files: count, bytes: count }),
  planned_at: time,
});
export type Plan = z.infer<typeof planSchema>;

export const planChunkSchema = z.array(splitSchema).max(dataPlaneLimits.tasksPerGroup);

/** Where one partition lies in a segment file. `bytes` is 0 for an empty one. */
export const segmentPartitionSchema = z.object({ offset: count, bytes: count, records: count, crc32c: count });
export type SegmentPartition = z.infer<typeof segmentPartitionSchema>;

/** How many keys of each kind stand in a part, one kind after the other. */
export const keyCountsSchema = z.object({ booleans: count, numbers: count, strings: count, arrays: count });
export type KeyCounts = z.infer<typeof keyCountsSchema>;

/** What an attempt wrote: a segment, or a part. */
export const writtenFileSchema = z.object({
  /** Of the file as it is stored; so is the checksum. */
  bytes: count,
  records: count,
  crc32c: count,
  /** Of a compressed part: its length before. */
  text_bytes: count.optional(),
  /**
   * Of a part of a reduce task whose keys ascend; absent if they do not. Such parts can be merged, and every key of theirs
   * is known to be a string, or not, even where the format writes the string "1" as it writes the number.
   */
  ascending_keys: keyCountsSchema.optional(),
});
export type WrittenFile = z.infer<typeof writtenFileSchema>;

/** A task's output, as its commit record and its group's summary name it. */
export const taskOutputSchema = writtenFileSchema.extend({
  /** File name of the attempt's output, beside the commit record. */
  file: z.string().regex(/^[a-z0-9.-]+$/),
  /** The output itself, in base64, if it is small: then there is no such file. */
  inline: z.string().optional(),
});
export type TaskOutput = z.infer<typeof taskOutputSchema>;

/** A task's commit record: the attempt that won, and what it made. */
export const commitRecordSchema = z.object({
  task_id: taskIdSchema,
  attempt: z.number().int().positive(),
  worker_id: z.string(),
  started_at: time,
  committed_at: time,
  speculative: z.boolean().optional(),
  ...taskOutputSchema.shape,
  counters: countersSchema,
  /** File name of the attempt's dead letters, if it skipped any record. */
  dead_letters: z
    .string()
    .regex(/^m-[a-z0-9.-]+\.jsonl$/)
    .optional(),
});
export type CommitRecord = z.infer<typeof commitRecordSchema>;

export const verdictSchema = z.object({
  job_id: jobIdSchema,
  status: z.enum(['completed', 'failed', 'cancelled']),
  finished_at: time,
  error: jobErrorSchema.nullable(),
  output: outputSchema.nullable(),
  counters: countersSchema,
});
export type Verdict = z.infer<typeof verdictSchema>;

/** `_manifest.json` of a finished output. */
export const manifestSchema = z.object({
  version: z.literal(1),
  job_id: jobIdSchema,
  /** The job's run that made it, if that was not the first. */
  run: z.number().int().optional(),
  format: z.string(),
  compression: z.string(),
  parts: z.array(writtenFileSchema.extend({ file: z.string() })),
  records: count,
  bytes: count,
  counters: countersSchema,
  /** SHA-256 of the specification, hexadecimal. */
  spec_digest: z.string(),
  finished_at: time,
});
export type Manifest = z.infer<typeof manifestSchema>;

export const outputNames = { manifest: '_manifest.json', success: '_SUCCESS' } as const;

/** `part-r-00003`, or `part-m-00003` of a map-only job; compressed ones end in `.gz`, as their readers expect. */
export function partName(kind: TaskKind, index: number, compression: OutputCompression = 'none'): string {
  return `part-${letter(kind)}-${fiveDigits(index)}${compression === 'gzip' ? '.gz' : ''}`;
}

/** Every name that `partName` gives. */
export const partNamePattern = /^part-[mr]-\d{5,7}(?:\.gz)?$/;

/** Paths of a job's own files, relative to the data directory. */
export const jobFiles = {
  all: `${reservedDirectory}/jobs`,
  directory: (jobId: string) => `${jobFiles.all}/${jobId}`,
  asked: (jobId: string) => `${jobFiles.directory(jobId)}/job.json`,
  plan: (jobId: string) => `${jobFiles.directory(jobId)}/plan.json`,
  planChunk: (jobId: string, token: string, chunk: number) =>
    `${jobFiles.directory(jobId)}/plan-${token}/chunk-${fiveDigits(chunk)}.json`,
  /** Tasks are spread over directories of 1,000. */
  taskDirectory: (jobId: string, kind: TaskKind, index: number) =>
    `${jobFiles.directory(jobId)}/${kind}/${fiveDigits(groupOf(index))}`,
  /** `generation`: how many records of the task were withdrawn before. */
  commit: (jobId: string, kind: TaskKind, index: number, generation = 0) =>
    `${jobFiles.taskDirectory(jobId, kind, index)}/${letter(kind)}-${fiveDigits(index)}${suffix('g', generation)}.json`,
  withdrawals: (jobId: string) => `${jobFiles.directory(jobId)}/withdrawn`,
  withdrawal: (jobId: string, kind: TaskKind, index: number, generation: number) =>
    `${jobFiles.withdrawals(jobId)}/${letter(kind)}-${fiveDigits(index)}.g${generation}`,
  /** An attempt's output. `attempt` is unique among all attempts ever made: see `attemptName`. */
  attemptOutput: (jobId: string, kind: TaskKind, index: number, attempt: string, extension: string) =>
    `${jobFiles.taskDirectory(jobId, kind, index)}/${letter(kind)}-${fiveDigits(index)}.${attempt}.${extension}`,
  deadLetters: (jobId: string) => `${jobFiles.directory(jobId)}/dead-letters`,
  /** Of an attempt of a map task, by the same name as its output; without one, of the attempt that counted in a job that has ended. */
  deadLetterFile: (jobId: string, index: number, attempt?: string) =>
    `${jobFiles.deadLetters(jobId)}/m-${fiveDigits(index)}${attempt === undefined ? '' : `.${attempt}`}.jsonl`,
  verdict: (jobId: string) => `${jobFiles.directory(jobId)}/verdict.json`,
  /** What users' functions logged: see `job-logs.ts`. */
  logs: (jobId: string) => `${jobFiles.directory(jobId)}/logs`,
};

/** What an ended job keeps of its files: what was asked, how it ended, and what it skipped. */
export function keptJobFiles(jobId: string): string[] {
  return [jobFiles.asked(jobId), jobFiles.verdict(jobId), jobFiles.deadLetters(jobId), jobFiles.logs(jobId)];
}

/** First-wins files that say which job writes an output path. */
export const outputClaimsDirectory = `${reservedDirectory}/outputs`;

/** The thousand that a task belongs to: its plan chunk, its directory, its group in the flow. */
export function groupOf(taskIndex: number): number {
  return Math.floor(taskIndex / dataPlaneLimits.tasksPerGroup);
}

/** The index of a group's first task. */
export function firstTaskOf(group: number): number {
  return group * dataPlaneLimits.tasksPerGroup;
}

/** How many groups so many tasks make. */
export function groupCount(tasks: number): number {
  return Math.ceil(tasks / dataPlaneLimits.tasksPerGroup);
}

/** `.g1`; nothing for 0, as most things are never replaced. */
export function suffix(what: string, number: number): string {
  return number === 0 ? '' : `.${what}${number}`;
}

function letter(kind: TaskKind): 'm' | 'r' {
  return kind === 'map' ? 'm' : 'r';
}
