/**
 * Where a page ended, as opaque text: base64url of JSON. Whoever sends one back may have changed it, so it is
 * validated like everything else that comes from outside.
 */
import { type AuditEntry, type Job, jobSchema, requestLimits, type Task, taskSchema } from '@gridmr/contracts';
import { BadCursorError } from './errors.js';

/** The last item of a page: what identifies and orders it. */
export type JobCursor = Pick<Job, 'created_at' | 'job_id'>;
export type TaskCursor = Pick<Task, 'kind' | 'index'>;

export type AuditCursor = Pick<AuditEntry, 'audit_id'>;

export const jobCursorSchema = jobSchema.pick({ created_at: true, job_id: true }).strict();
export const taskCursorSchema = taskSchema.pick({ kind: true, index: true }).strict();

export function encodeCursor(position: JobCursor | TaskCursor | AuditCursor): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Throws `BadCursorError` for text that `encodeCursor` did not make for this list. */
export function decodeCursor<Position>(cursor: string, schema: { parse(value: unknown): Position }): Position {
  if (cursor.length > requestLimits.cursorLengthMax) throw new BadCursorError();
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new BadCursorError({ cause });
  }
}
