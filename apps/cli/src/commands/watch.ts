/** `gridmr watch`: a job's progress until it ends. */
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { followJob } from './follow-job.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';

export function addWatchCommand(program: Command, cli: CommandLine): void {
  program
    .command('watch')
    .argument(jobArgument, jobArgumentHelp)
    .summary("show a job's progress until it ends")
    .description(
      'Shows progress until the job ends; the exit code says how. Ctrl-C stops watching, and the job goes on. With --json: a line per change, then the job.',
    )
    .addHelpText('after', '\nExamples:\n  gridmr watch last\n  gridmr watch "$job" --json | jq -c .progress')
    .action(async (job: string, _: object, self: Command) => {
      const options = optionsOf<object>(self);
      const client = cli.client(options);
      await followJob(cli, client, await jobIdOf(client, job, cli.signal), options);
    });
}
