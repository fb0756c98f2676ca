/** `gridmr results`: what a job gave, on standard output or into a file. */
import { type OutputFormat, outputFormatSchema } from '@gridmr/contracts';
import { type Command, Option } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { positiveNumber, wholeNumber } from '../job-file/option-values.js';
import { writeWhole } from '../output/write-whole.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';
import { printResults } from './print-results.js';

interface Options {
  readonly partition?: number;
  readonly limit?: number;
  readonly order?: 'key';
  readonly format?: OutputFormat;
  readonly output?: string;
}

export function addResultsCommand(program: Command, cli: CommandLine): void {
  program
    .command('results')
    .argument(jobArgument, jobArgumentHelp)
    .summary('print what a job gave')
    .description('Prints the results of a completed job, streamed. With --json: as JSON lines.')
    .option('--partition <n>', 'of one reduce task only', wholeNumber)
    .option('-l, --limit <n>', 'at most n records', positiveNumber)
    .addOption(new Option('--order <order>', 'all parts merged into one order of keys').choices(['key']))
    .addOption(new Option('--format <format>', 'whatever format is stored').choices(outputFormatSchema.options))
    .option('-o, --output <file>', 'into a file of this machine, which appears when it is whole')
    .addHelpText(
      'after',
      '\nExamples:\n  gridmr results last --limit 10\n  gridmr results last --order key --format csv -o counts.csv',
    )
    .action(async (job: string, _: object, self: Command) => {
      const { output, ...options } = optionsOf<Options>(self);
      const client = cli.client(options);
      const id = await jobIdOf(client, job, cli.signal);
      const { partition, limit, order, format = options.json === true ? 'jsonl' : undefined } = options;
      const wanted = { partition, limit, order, format };
      if (output === undefined) await printResults(cli, client, id, wanted);
      else await writeWhole(cli, output, await client.resultStream(id, { ...wanted, signal: cli.signal }));
    });
}
