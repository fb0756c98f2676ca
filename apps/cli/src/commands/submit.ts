/** `gridmr submit`: a job file to a server. */
import { isAbsolute, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { type CommandLine, optionsOf } from '../command-line.js';
import { exitCodes } from '../exit-codes.js';
import {
  addJobOptions,
  addSubmitOptions,
  fieldsOf,
  type JobOptions,
  type SubmitOnlyOptions,
} from '../job-file/job-options.js';
import { judgeRequest } from '../job-file/judge-request.js';
import { overrideFields } from '../job-file/override-fields.js';
import { readJobFile } from '../job-file/read-job-file.js';
import { followJob } from './follow-job.js';
import { printResults } from './print-results.js';

interface SubmitOptions extends JobOptions, SubmitOnlyOptions {
  readonly follow?: boolean;
  readonly idempotencyKey?: string;
  readonly quiet?: boolean;
}

export function addSubmitCommand(program: Command, cli: CommandLine): void {
  const command = program
    .command('submit <job-file>')
    .summary('submit a job to a server')
    .description('Submits a job and prints its id. With --follow: shows progress, then prints the results.');
  addJobOptions(
    command,
    'paths, directories or globs inside the data directory of the server',
    'a directory inside the data directory of the server',
  );
  addSubmitOptions(command)
    .option('-f, --follow', 'show progress, then print the results')
    .option('--idempotency-key <key>', 'the same key and job give the same job, however often it is submitted')
    .option('-q, --quiet', 'with --follow: results only')
    .addHelpText('after', help)
    .action(async (jobFile: string, _: object, self: Command) => {
      const options = optionsOf<SubmitOptions>(self);
      const client = cli.client(options);
      const file = await readJobFile(jobFile);
      const { request } = judgeRequest(requestFields(file.fields, options), jobFile);
      const { idempotencyKey } = options;
      const submitted = await client.submit(request, { idempotencyKey, signal: cli.signal });
      if (options.json === true) cli.printJson(submitted);
      else if (options.follow === true) cli.note(`job ${submitted.job_id}`);
      else cli.print(submitted.job_id);
      if (options.follow !== true) return;
      const job = await followJob(cli, client, submitted.job_id, { ...options, path: jobFile });
      if (options.json !== true) await printResults(cli, client, job.job_id, {});
    });
}

const help = `
Examples:
  gridmr submit words.mjs --input 'books/*.txt' --reducers 4
  gridmr submit words.mjs --input books --follow > counts.tsv
  job=$(gridmr submit words.mjs --input books) && gridmr watch $job && gridmr results $job
A job file is tried out before by: gridmr run words.mjs --input … --sample 100`;

function requestFields(fields: Readonly<Record<string, unknown>>, options: SubmitOptions): Record<string, unknown> {
  const given = fieldsOf(options, fields.parameters);
  if (options.input !== undefined) given.inputs = options.input.map(dataPathOf);
  if (options.output !== undefined) given.output_path = dataPathOf(options.output);
  return overrideFields(fields, given);
}

/** A path of this machine means the same on the server if both see one data directory, which GRIDMR_DATA_DIR names. */
function dataPathOf(path: string): string {
  if (!isAbsolute(path) || /^\/data(\/|$)/.test(path)) return path;
  const dataDirectory = process.env.GRIDMR_DATA_DIR || 'data';
  // Nothing on this machine is inside an object store.
  const inside = dataDirectory.startsWith('s3://') ? '..' : relative(resolve(dataDirectory), path);
  if (!inside.startsWith('..') && !isAbsolute(inside)) return inside || '.';
  const next =
    'paths are inside the data directory of the server, as books/*.txt; gridmr files put brings a file there';
  throw new CliError(exitCodes.usage, `${path} is not inside the data directory`, next);
}
