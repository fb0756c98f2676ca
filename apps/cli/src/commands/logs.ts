/** `gridmr logs`: what a job's functions wrote by `ctx.log`. */
import type { LogLine } from '@gridmr/contracts';
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { printable } from '../output/text-table.js';
import { followLogs } from './follow-logs.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';

interface Options {
  readonly task?: string;
  readonly follow?: boolean;
}

export function addLogsCommand(program: Command, cli: CommandLine): void {
  program
    .command('logs')
    .argument(jobArgument, jobArgumentHelp)
    .summary('print what its functions wrote by ctx.log')
    .description(
      'Prints the log lines of committed and failed attempts, by task; with --follow in the order in which attempts commit. With --json: one line of JSON for each.',
    )
    .option('-t, --task <id>', 'of one task only')
    .option('-f, --follow', 'go on until the job has ended')
    .addHelpText(
      'after',
      '\nExamples:\n  gridmr logs last\n  gridmr logs last --follow\n  gridmr logs last --task j…-m-00003 --json | jq -r .text',
    )
    .action(async (job: string, _: object, self: Command) => {
      const options = optionsOf<Options>(self);
      const client = cli.client(options);
      const id = await jobIdOf(client, job, cli.signal);
      const { task, follow = false } = options;
      const lines = follow
        ? followLogs(client, id, { task, signal: cli.signal })
        : client.allLogs(id, { task_id: task }, { signal: cli.signal });
      for await (const line of lines) {
        await cli.write(`${options.json === true ? JSON.stringify(line) : lineText(line)}\n`);
      }
    });
}

/** `m-00003: text`; of an attempt that failed, or was not the first, with its number. */
function lineText({ task_id, attempt, attempt_state, text }: LogLine): string {
  const task = task_id.replace(/^[^-]*-/, '');
  const note = attempt_state === 'failed' ? ` (attempt ${attempt} failed)` : '';
  return `${task}${note}: ${printable(text)}`;
}
