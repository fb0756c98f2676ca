/** JSON in text columns. */
import { type JobError, publicTaskId, taskIdSchema } from '@gridmr/contracts';

/**
 * The value of a column that this package wrote from a value its schema had accepted; null stays null. It is not
 * validated again: while releases follow each other, an older one must be able to read the rows of a newer one.
 */
export function fromJson<Value>(text: string | null): Value {
  return JSON.parse(text ?? 'null') as Value;
}

export function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** Text for a column that is no JSON: neither database takes a NUL. */
export function plainText(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** An error as users see it: its task is the job's, whichever run it was of. */
export function errorJson(error: JobError | null): string | null {
  if (error?.task_id === undefined || !taskIdSchema.safeParse(error.task_id).success) return toJson(error);
  return toJson({ ...error, task_id: publicTaskId(error.task_id) });
}
