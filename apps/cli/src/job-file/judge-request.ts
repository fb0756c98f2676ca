/** The request as the API will judge it, judged here, so that what is wrong is said in the command's own words and at once. */
import { type JobRequest, jobRequestSchema } from '@gridmr/contracts';
import type { z } from 'zod';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

/** Throws `CliError` naming every field that is wrong. */
export function judgeRequest(
  fields: Readonly<Record<string, unknown>>,
  path: string,
): { request: JobRequest; full: z.output<typeof jobRequestSchema> } {
  const judged = jobRequestSchema.safeParse(fields);
  if (judged.success) return { request: fields as JobRequest, full: judged.data };
  const faults = judged.error.issues.map(({ path: at, message }) => `${optionOf(at.join('.'))} ${message}`);
  const next = 'see what there is: gridmr help submit';
  throw new CliError(exitCodes.usage, `the job of ${path} is not complete or not right: ${faults.join('; ')}`, next);
}

function optionOf(field: string): string {
  return field === 'input_file' ? '--input (or inputs in the job file)' : field;
}
