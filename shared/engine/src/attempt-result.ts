/** What a finished attempt has written and counted. The file is complete, and not committed: that is the caller's. */
import type { Counters, WrittenFile } from '@gridmr/contracts';
import type { AttemptNotes } from './program.js';

export interface AttemptResult extends WrittenFile {
  /** All but `cpu_ms`, which the caller measures. */
  readonly counters: Counters;
  readonly logLines: readonly string[];
  readonly droppedLines: number;
}

export function attemptResult(file: WrittenFile, counters: Counters, notes: AttemptNotes): AttemptResult {
  const { userCounters: user, logLines, skippedRecords: skipped_records = 0, droppedLines = 0 } = notes;
  return { ...file, counters: { ...counters, skipped_records, user }, logLines, droppedLines };
}
