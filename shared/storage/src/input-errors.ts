/** What may be wrong with an input file as a whole, in words for the job's owner. User errors: another attempt would read the same. */
import { type InputRange, TaskError } from '@gridmr/contracts';

/** A file became shorter than its plan says. */
export function inputChanged(range: InputRange, bytes: number): TaskError {
  return new TaskError({
    code: 'input_changed',
    message: `${range.path} has changed since the job was planned: it had ${range.file_bytes} bytes and ends at byte ${bytes} now; submit the job again`,
    input_path: range.path,
  });
}

/** The file as a whole does not hold what its format or its compression says. */
export function invalidInput(path: string, fault: string, cause?: unknown): TaskError {
  return new TaskError({ code: 'invalid_input', message: `${path} ${fault}`, input_path: path }, { cause });
}
