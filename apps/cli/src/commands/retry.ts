/** `gridmr retry`: a job that has failed or was cancelled goes on, with a corrected program if one is given. */
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { parameterOf } from '../job-file/option-values.js';
import { readJobFile } from '../job-file/read-job-file.js';
import { followJob } from './follow-job.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';
import { printResults } from './print-results.js';

interface Options {
  readonly param: Readonly<Record<string, unknown>>;
  readonly follow?: boolean;
  readonly quiet?: boolean;
}

/** Fields of a job file that a retry may change. */
const changeable = [
  'program',
  'language',
  'map_function',
  'reduce_function',
  'combine_function',
  'partition_function',
  'parameters',
];

export function addRetryCommand(program: Command, cli: CommandLine): void {
  program
    .command('retry')
    .argument(jobArgument, jobArgumentHelp)
    .argument('[job-file]', 'with a corrected program')
    .summary('let a failed or cancelled job go on')
    .description(
      'Lets a job that has failed or was cancelled go on from its committed tasks, with the corrected program of a job file if one is given.',
    )
    .option('-p, --param <name=value>', 'ctx.params.name; those given replace all that the job had', parameterOf, {})
    .option('-f, --follow', 'show progress, then print the results')
    .option('-q, --quiet', 'with --follow: results only')
    .addHelpText('after', '\nExamples:\n  gridmr retry last\n  gridmr retry last words.mjs --follow')
    .action(async (job: string, jobFile: string | undefined, _: object, self: Command) => {
      const options = optionsOf<Options>(self);
      const client = cli.client(options);
      const id = await jobIdOf(client, job, cli.signal);
      const changes = await changesOf(jobFile, options);
      const status = await client.retry(id, changes, { signal: cli.signal });
      if (options.json === true) cli.printJson(status);
      else if (options.follow !== true) cli.print(`${id} goes on`);
      if (options.follow !== true) return;
      await followJob(cli, client, id, { ...options, path: jobFile });
      if (options.json !== true) await printResults(cli, client, id, {});
    });
}

async function changesOf(jobFile: string | undefined, { param }: Options): Promise<Record<string, never>> {
  const fields = jobFile === undefined ? {} : (await readJobFile(jobFile)).fields;
  const kept = Object.entries(fields).filter(([name]) => changeable.includes(name));
  const parameters = Object.keys(param).length === 0 ? {} : { parameters: param };
  // What is not right the API says, field by field.
  return { ...Object.fromEntries(kept), ...parameters } as Record<string, never>;
}
