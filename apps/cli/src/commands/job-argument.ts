/** The argument that names a job. */
import type { GridmrClient } from '@gridmr/client';
import { jobIdSchema } from '@gridmr/contracts';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

export const jobArgument = '<job>';
export const jobArgumentHelp = 'id of the job, or "last" for the newest one';

/** The id. Throws `CliError` for what cannot be one. */
export async function jobIdOf(client: GridmrClient, text: string, signal: AbortSignal): Promise<string> {
  if (text === 'last') {
    const newest = (await client.listJobs({ limit: 1 }, { signal })).items[0];
    if (newest !== undefined) return newest.job_id;
    throw new CliError(exitCodes.notFound, 'there is no job yet', 'submit one: gridmr submit <job-file>');
  }
  if (jobIdSchema.safeParse(text).success) return text;
  throw new CliError(exitCodes.usage, `${text} is not the id of a job`, 'see which there are: gridmr list');
}
