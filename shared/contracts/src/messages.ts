/**
 * What travels through Redis. A message carries ids, never records; a lost, late or doubled one changes nothing:
 * a step looks at what is done on the shared directory, and returns if nothing is left to do.
 */
import { z } from 'zod';
import { attemptFiguresSchema } from './attempt-figures.js';
import { fiveDigits, jobIdSchema, taskId, taskIdSchema, taskKindSchema } from './ids.js';
import { jobErrorSchema } from './problem.js';
import { attemptStateSchema, jobPhaseSchema } from './states.js';

/** A hash tag, so that all keys of a flow live in one slot of a Redis Cluster. */
export const queuePrefix = '{gridmr}';

/**
 * `control`: plan, barriers, commit, clean-up, mend: short steps on the worker's own loop. `tasks`: attempts, one slot each.
 * `hold`: messages nobody consumes; a barrier whose children are added in several calls waits for its hold child.
 */
export const queueNames = { control: 'control', tasks: 'tasks', hold: 'hold' } as const;

export const controlNames = ['plan', 'group', 'map-barrier', 'commit', 'clean-up', 'mend'] as const;
export type ControlName = (typeof controlNames)[number];

/**
 * Attempts that tasks of the job may have had before their messages were lost. The queue counts a new message's attempts from one
 * again, and no two attempts of a task may have the same number.
 */
const attempts_before = z.number().int().min(0).optional();

/** Of a clean-up: the job can be retried no longer from where it was. */
const expired = z.boolean().optional();

export const controlDataSchema = z.object({ job_id: jobIdSchema, attempts_before, expired });
export type ControlData = z.infer<typeof controlDataSchema>;

export const groupDataSchema = controlDataSchema.extend({ kind: taskKindSchema, group: z.number().int().min(0) });

const taskIndex = z.number().int().min(0);
const messageIdLengthMax = 200;
const messageId = z.string().max(messageIdLengthMax);

/** One task, or several that are tiny (a bundle): `more` are the indices after the first, all of one group. */
export const taskDataSchema = z.object({
  job_id: jobIdSchema,
  kind: taskKindSchema,
  index: taskIndex,
  more: z.array(taskIndex).optional(),
  attempts_before,
  /** Of a speculative attempt: its number, and the message of the straggler that it is to overtake. */
  speculative: z.object({ attempt: z.number().int().positive(), straggler: messageId }).optional(),
});
export type TaskData = z.infer<typeof taskDataSchema>;

/** A task's message returns no more than which attempt (of its first task) is committed. */
export type TaskReturn = { attempt: number };

/** Deterministic ids: adding a message twice adds it once. Task messages carry the task's own id, bundles that of their first. */
export const messageIds = {
  plan: (jobId: string) => `${jobId}-plan`,
  mapBarrier: (jobId: string) => `${jobId}-map-barrier`,
  commit: (jobId: string) => `${jobId}-commit`,
  group: (jobId: string, kind: 'map' | 'reduce', group: number) => `${jobId}-${kind}-group-${fiveDigits(group)}`,
  /** Of a task whose committed output was withdrawn so many times. */
  taskAgain: (jobId: string, kind: 'map' | 'reduce', index: number, generation: number) =>
    `${taskId(jobId, kind, index)}-g${generation}`,
  hold: (jobId: string, kind: 'map' | 'reduce') => `${jobId}-${kind}-hold`,
  cleanUp: (jobId: string) => `${jobId}-clean-up`,
  mend: (jobId: string) => `${jobId}-mend`,
  /** One at a time of each task. */
  speculative: (ofTask: string) => `${ofTask}-speculative`,
};

/** Written to see if Redis takes what it is given. */
export const probeKey = `${queuePrefix}:probe`;
/** Who sweeps: the token of one API process, for as long as it says so. */
export const sweeperKey = `${queuePrefix}:sweeper`;
/** There for a while after leftovers of ended jobs have been looked for; gone with all else when Redis lost its memory. */
export const leftoversSoughtKey = `${queuePrefix}:leftovers-sought`;

/** Hash: the seats in the queue that clients have taken. Gone, everybody begins anew. */
export const sharesKey = `${queuePrefix}:shares`;

/** Pub/sub: `{"job_id"}` of a job that has ended before its tasks did; workers stop its attempts. */
export const endedChannel = `${queuePrefix}:ended`;
export const endedNoticeSchema = z.object({ job_id: jobIdSchema });

/** Pub/sub: `{"message_id"}` of a task's message whose task another attempt has committed; the worker that has it stops its attempt. */
export const overtakenChannel = `${queuePrefix}:overtaken`;
export const overtakenNoticeSchema = z.object({ message_id: messageId });

/** Stream: news from workers for the API, which alone writes job records. Its entries hold one field, `event`. */
export const eventStream = `${queuePrefix}:events`;
export const eventGroup = 'api';

const time = z.iso.datetime();

export const jobEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('planned'),
    job_id: jobIdSchema,
    at: time,
    map_tasks: z.number().int().min(0),
    reduce_tasks: z.number().int().min(0),
    input: z.object({ files: z.number().int().min(0), bytes: z.number().int().min(0) }),
  }),
  z.object({ type: z.literal('phase'), job_id: jobIdSchema, at: time, phase: jobPhaseSchema }),
  z.object({
    type: z.literal('attempt'),
    job_id: jobIdSchema,
    at: time,
    task_id: taskIdSchema,
    attempt: z.number().int().positive(),
    /** Of the attempt; an attempt that is soon over is told of at its end only. */
    started_at: time.optional(),
    state: attemptStateSchema,
    worker_id: z.string().max(200),
    /** Of an attempt that came to its end. */
    figures: attemptFiguresSchema.optional(),
    error: jobErrorSchema.nullable(),
    /** True when no further attempt of this task will be made. */
    final: z.boolean(),
    speculative: z.boolean().optional(),
  }),
  /** The verdict is on the shared directory. */
  z.object({ type: z.literal('finished'), job_id: jobIdSchema, at: time }),
]);
export type JobEvent = z.infer<typeof jobEventSchema>;
export type AttemptEvent = Extract<JobEvent, { type: 'attempt' }>;
