/** `gridmr list`: jobs, newest first. */
import { type Job, type JobStatus, jobStatusSchema } from '@gridmr/contracts';
import { type Command, Option } from 'commander';
import { type CommandLine, optionsOf, type SharedOptions } from '../command-line.js';
import { positiveNumber } from '../job-file/option-values.js';
import { agoText, bytesText, durationText } from '../output/sizes.js';
import { textTable } from '../output/text-table.js';
import { workMs } from './follow-job.js';

interface Options {
  readonly status?: JobStatus;
  readonly name?: string;
  readonly limit: number;
}

const pageItemsMax = 1000;

export function addListCommand(program: Command, cli: CommandLine): void {
  program
    .command('list')
    .alias('ls')
    .summary('list jobs, newest first')
    .description('Lists jobs, newest first. With --json: one line of JSON for each.')
    .addOption(new Option('--status <status>', 'only those').choices(jobStatusSchema.options))
    .option('--name <name>', 'only those of that name')
    .option('-l, --limit <n>', 'at most n', positiveNumber, 20)
    .addHelpText('after', '\nExamples:\n  gridmr list --status failed\n  gridmr list --json | jq -r .job_id')
    .action(async (_: object, self: Command) => {
      const options = optionsOf<Options>(self);
      const jobs = await newest(cli, options);
      if (options.json === true) for (const job of jobs) cli.printJson(job);
      else if (jobs.length === 0) cli.note('no jobs; submit one: gridmr submit <job-file>');
      else for (const line of jobTable(jobs, Date.now())) cli.print(line);
    });
}

async function newest(cli: CommandLine, options: Options & SharedOptions): Promise<Job[]> {
  const { status, name, limit } = options;
  const jobs: Job[] = [];
  const query = { status, name, limit: Math.min(limit, pageItemsMax) };
  for await (const job of cli.client(options).allJobs(query, { signal: cli.signal })) {
    jobs.push(job);
    if (jobs.length >= limit) break;
  }
  return jobs;
}

function jobTable(jobs: readonly Job[], nowMs: number): string[] {
  const rows = jobs.map(job => [
    job.job_id,
    job.name,
    job.status,
    `${Math.floor(job.progress.map * 100)}% ${Math.floor(job.progress.reduce * 100)}%`,
    job.input === null ? '' : bytesText(job.input.bytes),
    agoText(job.created_at, nowMs),
    job.finished_at === null ? '' : durationText(workMs(job)),
  ]);
  return textTable(['job', 'name', 'status', 'map reduce', 'input', 'submitted', 'took'], rows);
}
