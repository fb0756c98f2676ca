/** What a finished attempt has written and counted. The file is complete, and not committed: that is the caller's. */
import type { Counters, WrittenFile } from '@gridmr/contracts';
import type { AttemptNotes } from './program.js';

export interface AttemptResult extends WrittenFile {
  /** All but `cpu_ms`, which the caller measures. */
  readonly counters: Counters;
  readonly logLines: readonly string[];
}

export function attemptResult(file: WrittenFile, counters: Counters, notes: AttemptNotes): AttemptResult {
  return { ...file, counters: { ...counters, user: notes.userCounters }, logLines: notes.logLines };
}
