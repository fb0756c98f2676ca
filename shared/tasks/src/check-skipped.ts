/** The bound of skipped records for the whole job. Each attempt checks its own; together they may still have skipped more. */
import { type AskedJob, TaskError } from '@gridmr/contracts';

/** Throws `TaskError`, which fails the job. */
export function checkSkipped({ spec }: AskedJob, skippedRecords: number): void {
  if (skippedRecords <= spec.max_skipped_records) return;
  const message =
    `the job skipped ${skippedRecords} bad records, and max_skipped_records allows ${spec.max_skipped_records}; ` +
    'its dead letters say why they are bad';
  throw new TaskError({ code: 'user_code_error', message });
}
