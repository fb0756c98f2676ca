/**
 * What 1,000 tasks of a job have made, gathered once into one small file when the last of them is committed, so that
 * a reduce attempt reads one file per thousand map tasks, and the final step adds up thousands instead of millions.
 */
import { z } from 'zod';
import { countersSchema } from './counters.js';
import { fiveDigits, type TaskKind } from './ids.js';
import { jobFiles, suffix, taskOutputSchema } from './job-files.js';

export const groupSummarySchema = z.object({
  /** In order of the tasks' indices, beginning with the group's first. */
  outputs: z.array(taskOutputSchema),
  counters: countersSchema,
});
export type GroupSummary = z.infer<typeof groupSummarySchema>;

/** `map/summary-00003.json`. `withdrawn`: how many commit records of the group were withdrawn before, each of which makes a summary out of date. */
export function groupSummaryPath(jobId: string, kind: TaskKind, group: number, withdrawn = 0): string {
  return `${jobFiles.directory(jobId)}/${kind}/summary-${fiveDigits(group)}${suffix('w', withdrawn)}.json`;
}
