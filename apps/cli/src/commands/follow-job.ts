/** Watches a job to its end, with progress, and says how it ended: what `watch` and `submit --follow` share. */
import type { GridmrClient } from '@gridmr/client';
import { isFinished, type Job } from '@gridmr/contracts';
import type { CommandLine } from '../command-line.js';
import { JobEndedBadlyError } from '../job-ended-badly-error.js';
import { describeFailure } from '../output/failed-job.js';
import { summarise } from '../output/job-summary.js';
import { noProgress, openProgress } from '../output/progress.js';

export interface FollowOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Of the job file, if it is at hand. */
  readonly path?: string | undefined;
}

/** Returns the job, which has completed. Throws `JobEndedBadlyError` for another end, once that is told. */
export async function followJob(
  cli: CommandLine,
  client: GridmrClient,
  jobId: string,
  options: FollowOptions,
): Promise<Job> {
  const { json = false, quiet = false } = options;
  const progress = json || quiet ? noProgress : openProgress(cli.err);
  try {
    for await (const status of client.watch(jobId, { signal: cli.signal })) {
      progress.show(status);
      if (json && !isFinished(status.status)) cli.printJson(status);
    }
  } finally {
    progress.end();
    if (cli.signal.aborted) cli.note(`job ${jobId} goes on; gridmr watch ${jobId}, or gridmr cancel ${jobId}`);
  }
  const job = await client.job(jobId, { signal: cli.signal });
  if (json) cli.printJson(job);
  else if (!quiet || job.status !== 'completed') for (const line of describeEnd(job, options)) cli.note(line);
  if (job.status === 'failed' || job.status === 'cancelled') throw new JobEndedBadlyError(job.status);
  return job;
}

function describeEnd(job: Job, { path }: FollowOptions): string[] {
  if (job.status === 'completed') return summarise({ ...job, ms: workMs(job) });
  if (job.status === 'failed' && job.error !== null) {
    return [...describeFailure(job.error, { path, source: job.spec.program }), `job ${job.job_id} failed`];
  }
  return [`job ${job.job_id} is ${job.status}`];
}

/** From submission to its end. */
export function workMs({ created_at, finished_at }: Job): number {
  return finished_at === null ? 0 : Date.parse(finished_at) - Date.parse(created_at);
}
