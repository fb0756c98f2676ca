/** Records that are too large, in words for the job's owner. User errors: another attempt would read the same. */
import { TaskError } from '@gridmr/contracts';

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
