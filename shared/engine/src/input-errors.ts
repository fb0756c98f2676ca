/** What may be wrong with an input, in words for the job's owner. All are user errors: another attempt would read the same. */
import { type InputRange, TaskError } from '@gridmr/contracts';

/** A file became shorter than its plan says. */
export function inputChanged(range: InputRange, bytes: number): TaskError {
  return new TaskError({
    code: 'input_changed',
    message: `${range.path} has changed since the job was planned: it had ${range.file_bytes} bytes and ends at byte ${bytes} now; submit the job again`,
    input_path: range.path,
  });
}

/** @param what `line` or `record` */
export function recordTooLarge(path: string, what: string, bytesMax: number, offset: number): TaskError {
  const unclosed = what === 'record' ? ' and each quote is closed' : '';
  return new TaskError({
    code: 'record_too_large',
    message: `${path} has a ${what} of more than ${bytesMax} bytes, which begins at byte ${offset}; break it up, or see that its lines end with \\n${unclosed}`,
    input_path: path,
    offset,
  });
}

export function fileTooLarge(path: string, bytesMax: number): TaskError {
  return new TaskError({
    code: 'record_too_large',
    message: `${path} has more than ${bytesMax} bytes, too many for one record; give input_format "text", "jsonl" or "csv", or break the file up`,
    input_path: path,
    offset: 0,
  });
}

/** The file as a whole does not hold what its format or its compression says. */
export function invalidInput(path: string, fault: string, cause?: unknown): TaskError {
  return new TaskError({ code: 'invalid_input', message: `${path} ${fault}`, input_path: path }, { cause });
}
