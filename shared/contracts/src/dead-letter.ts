/** A record that a job skipped: as the file of its attempt has it, a line each, and as the API lists it. */
import { z } from 'zod';
import { taskIdSchema } from './ids.js';
import { jobErrorSchema } from './problem.js';

/** Why it was skipped. */
const recordErrorSchema = jobErrorSchema.pick({ code: true, message: true, function: true, line: true, column: true });

/** A line of an attempt's dead letters. */
export const skippedRecordSchema = z.object({
  path: z.string(),
  offset: z.number().int().nonnegative().meta({ description: 'Byte offset of the record in its input' }),
  record: z.string().meta({ description: 'Its first 200 characters' }),
  error: recordErrorSchema,
});
export type SkippedRecord = z.infer<typeof skippedRecordSchema>;

export const deadLetterSchema = skippedRecordSchema.extend({ task_id: taskIdSchema }).meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetterSchema>;
