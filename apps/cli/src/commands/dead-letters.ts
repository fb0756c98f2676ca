/** `gridmr dead-letters`: the records that a job skipped, and why. */
import type { DeadLetter } from '@gridmr/contracts';
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { printable } from '../output/text-table.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';

export function addDeadLettersCommand(program: Command, cli: CommandLine): void {
  program
    .command('dead-letters')
    .argument(jobArgument, jobArgumentHelp)
    .summary('print the records that a job skipped, and why')
    .description(
      'Prints the records that a job skipped because of on_record_error. With --json: one line of JSON for each.',
    )
    .addHelpText('after', '\nExamples:\n  gridmr dead-letters last\n  gridmr dead-letters last --json | jq -r .record')
    .action(async (job: string, _: object, self: Command) => {
      const options = optionsOf<object>(self);
      const client = cli.client(options);
      const id = await jobIdOf(client, job, cli.signal);
      for await (const letter of client.allDeadLetters(id, {}, { signal: cli.signal })) {
        await cli.write(`${options.json === true ? JSON.stringify(letter) : letterText(letter)}\n`);
      }
    });
}

function letterText({ path, offset, record, error }: DeadLetter): string {
  const place = error.line === undefined ? '' : ` at ${error.line}:${error.column ?? 1}`;
  return `${printable(path)}, byte ${offset}: ${printable(error.message)}${place}: ${printable(record)}`;
}
