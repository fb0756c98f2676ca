/** `gridmr run`: a whole job on this machine. */
import { type JobError, TaskError } from '@gridmr/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { type CommandLine, optionsOf } from '../command-line.js';
import { exitCodes } from '../exit-codes.js';
import { JobEndedBadlyError } from '../job-ended-badly-error.js';
import { addJobOptions } from '../job-file/job-options.js';
import { positiveNumber } from '../job-file/option-values.js';
import { FileSaves } from '../local/file-saves.js';
import type { IdleThreads } from '../local/idle-threads.js';
import { type LocalOptions, type PreparedRun, prepareRun } from '../local/prepare-run.js';
import { runOnce, type TimedResult } from '../local/run-once.js';
import { describeFailure } from '../output/failed-job.js';
import { summarise } from '../output/job-summary.js';
import { reportError } from '../report-error.js';

interface RunOptions extends LocalOptions {
  readonly watch?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const watchedSample = 1000;

export function addRunCommand(program: Command, cli: CommandLine): void {
  const command = program
    .command('run <job-file>')
    .summary('run a whole job on this machine, without any server')
    .description(
      'Runs a whole job on this machine: no server, no Redis, no database, all cores, the same engine and the same jail, ' +
        'and the same output byte for byte. Without --output the results are printed.',
    );
  addJobOptions(
    command,
    'files, directories or globs in quotes; relative to here',
    'a directory that does not exist yet; without it the results are printed',
  )
    .option('--data-dir <path>', 'the data directory (default: GRIDMR_DATA_DIR, or ./data)')
    .option('--overwrite', 'replace the output of an earlier run')
    .option('-s, --sample <n>', 'only the first n records', positiveNumber)
    .option('-w, --watch', `again on each save of the job file, on a sample (of ${watchedSample} records)`)
    .option('--workers <n>', 'tasks at once (default: the number of cores)', positiveNumber)
    .option('-q, --quiet', 'no progress, no summary')
    .addHelpText('after', help)
    .action(async (jobFile: string, _: object, self: Command) => {
      const options = optionsOf<RunOptions>(self);
      if (options.watch === true) await runOnSaves(cli, jobFile, options);
      else await runPrepared(cli, await prepareRun(jobFile, options), jobFile, options);
    });
}

const help = `
A job file exports map, and if needed reduce, combine, partition, setup and teardown:

  export const job = { input_file: 'books', num_reducers: 2 };   // optional; options win over it
  export function map(line, ctx) { for (const word of line.split(/\\W+/)) ctx.emit(word, 1); }
  export function reduce(word, counts) { return [word, counts.reduce((a, b) => a + b, 0)]; }

Examples:
  gridmr run words.mjs --input books --output /tmp/words
  gridmr run words.mjs --input 'logs/*.gz' --sample 100
  gridmr run words.mts --input books --watch
  gridmr run words.mjs --input books | sort -k2 -n | tail`;

async function runPrepared(
  cli: CommandLine,
  prepared: PreparedRun,
  path: string,
  options: RunOptions,
  signal: AbortSignal = cli.signal,
): Promise<void> {
  const isQuiet = options.quiet === true || options.json === true;
  try {
    const result = await runOnce(cli, { ...prepared, quiet: isQuiet, signal });
    tellResult(cli, prepared, result, options);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    if (error.error.code === 'input_not_found') throw inputMissing(error, prepared);
    tellFailure(cli, prepared, error.error, path, options);
    throw new JobEndedBadlyError('failed');
  }
}

function inputMissing({ message }: TaskError, { inputDirectory }: PreparedRun): CliError {
  return new CliError(exitCodes.notFound, `${message} in ${inputDirectory}`, 'name others by --input');
}

/** Where the results are printed, nothing else may stand between them. */
function printRecord(cli: CommandLine, { output }: PreparedRun, record: object): void {
  if (output === undefined) cli.note(JSON.stringify(record));
  else cli.printJson(record);
}

function tellResult(cli: CommandLine, prepared: PreparedRun, result: TimedResult, { json, quiet }: RunOptions): void {
  const { plan, verdict, idle, ms } = result;
  const output = verdict.output && { ...verdict.output, path: prepared.output ?? 'printed' };
  if (json === true) printRecord(cli, prepared, { ...verdict, output, input: plan.input, seconds: ms / 1000 });
  else if (quiet !== true) {
    for (const line of summarise({ ...verdict, output, input: plan.input, ms })) cli.note(line);
    if (idle !== undefined) cli.note(adviceOn(idle));
  }
}

function adviceOn({ threads, busy, splitSizeMb }: IdleThreads): string {
  return `the input has work for ${busy} of ${threads} threads; for all of them: --split-size-mb ${splitSizeMb}`;
}

function tellFailure(
  cli: CommandLine,
  prepared: PreparedRun,
  error: JobError,
  path: string,
  { json }: RunOptions,
): void {
  const { asked, written } = prepared;
  if (json === true) printRecord(cli, prepared, { job_id: asked.job_id, status: 'failed', error });
  else for (const line of describeFailure(error, { path, source: written })) cli.note(line);
}

async function runOnSaves(cli: CommandLine, path: string, options: RunOptions): Promise<void> {
  using saves = new FileSaves(path);
  for (;;) {
    if (cli.out.isTTY) cli.out.write('\x1b[2J\x1b[3J\x1b[H');
    try {
      const prepared = await prepareRun(path, { ...options, overwrite: true });
      const sampled = { ...prepared, sample: options.sample ?? watchedSample };
      await runPrepared(cli, sampled, path, options, AbortSignal.any([cli.signal, saves.signal]));
    } catch (error) {
      cli.signal.throwIfAborted();
      if (!saves.signal.aborted) reportError(cli, error, options.json === true);
    }
    cli.note(`watching ${path}; Ctrl-C ends`);
    await saves.next(cli.signal);
  }
}
