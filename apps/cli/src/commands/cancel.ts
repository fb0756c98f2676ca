/** `gridmr cancel`: stops a job. */
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';

interface Options {
  readonly wait?: boolean;
}

export function addCancelCommand(program: Command, cli: CommandLine): void {
  program
    .command('cancel')
    .argument(jobArgument, jobArgumentHelp)
    .summary('stop a job')
    .description('Asks a job to stop. Doing so twice changes nothing.')
    .option('-w, --wait', 'until it has stopped')
    .addHelpText('after', '\nExamples:\n  gridmr cancel last --wait')
    .action(async (job: string, _: object, self: Command) => {
      const options = optionsOf<Options>(self);
      const client = cli.client(options);
      const id = await jobIdOf(client, job, cli.signal);
      await client.cancel(id, { signal: cli.signal });
      if (options.wait === true) await client.waitFor(id, { signal: cli.signal });
      const status = await client.status(id, { signal: cli.signal });
      if (options.json === true) cli.printJson(status);
      else cli.print(status.status === 'cancelled' ? `${id} is cancelled` : `${id} stops`);
    });
}
