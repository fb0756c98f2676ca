/** `gridmr delete`: a finished job, its output and its history. */
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';

export function addDeleteCommand(program: Command, cli: CommandLine): void {
  program
    .command('delete')
    .argument(jobArgument, jobArgumentHelp)
    .summary('remove a finished job with its output')
    .description('Removes a finished job: its output, its logs and its history. It cannot be undone.')
    .addHelpText('after', '\nExamples:\n  gridmr delete last')
    .action(async (job: string, _: object, self: Command) => {
      const options = optionsOf<object>(self);
      const client = cli.client(options);
      const id = await jobIdOf(client, job, cli.signal);
      await client.delete(id, { signal: cli.signal });
      if (options.json === true) cli.printJson({ job_id: id, deleted: true });
      else cli.print(`${id} is deleted`);
    });
}
