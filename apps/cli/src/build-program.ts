/** The whole command line: every command, and what they share. */
import { packageVersion } from '@gridmr/runtime/package-version';
import { Command } from 'commander';
import type { CommandLine } from './command-line.js';
import { addBenchCommand } from './commands/bench.js';
import { addCancelCommand } from './commands/cancel.js';
import { addCompletionCommand } from './commands/completion.js';
import { addDeadLettersCommand } from './commands/dead-letters.js';
import { addDeleteCommand } from './commands/delete.js';
import { addFilesCommand } from './commands/files.js';
import { addGenerateCommand } from './commands/generate.js';
import { addListCommand } from './commands/list.js';
import { addLogsCommand } from './commands/logs.js';
import { addResultsCommand } from './commands/results.js';
import { addRetryCommand } from './commands/retry.js';
import { addRunCommand } from './commands/run.js';
import { addStatusCommand } from './commands/status.js';
import { addSubmitCommand } from './commands/submit.js';
import { addWatchCommand } from './commands/watch.js';
import { addWorkersCommand } from './commands/workers.js';
import { exitCodeTable } from './exit-codes.js';

/** In the order in which they are listed: from trying a job out to looking after a server. */
const commands = [
  addRunCommand,
  addSubmitCommand,
  addStatusCommand,
  addWatchCommand,
  addResultsCommand,
  addLogsCommand,
  addDeadLettersCommand,
  addCancelCommand,
  addRetryCommand,
  addDeleteCommand,
  addListCommand,
  addWorkersCommand,
  addFilesCommand,
  addGenerateCommand,
  addBenchCommand,
  addCompletionCommand,
];

export function buildProgram(cli: CommandLine): Command {
  const program = new Command('gridmr')
    .description('MapReduce on this machine, or as a service: write a job, try it out, submit it, see how it fares.')
    .version(packageVersion(import.meta.url))
    .option('--url <url>', 'the server (default: GRIDMR_URL, or http://127.0.0.1:8000)')
    .option('--api-key <key>', 'API key (default: GRIDMR_API_KEY)')
    .option('--json', 'JSON instead of text, for scripts')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(gridmr help <command> says more)')
    .exitOverride()
    .addHelpText('after', exitCodeHelp());
  for (const add of commands) add(program, cli);
  return program;
}

function exitCodeHelp(): string {
  const lines = exitCodeTable.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `\nExit codes:\n${lines.join('\n')}`;
}
