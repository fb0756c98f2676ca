/** The whole command line: every command, and what they share. */
import { packageVersion } from '@gridmr/runtime';
import { Command } from 'commander';
import type { CommandLine } from './command-line.js';
import { addRunCommand } from './commands/run.js';
import { exitCodeTable } from './exit-codes.js';

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
  addRunCommand(program, cli);
  return program;
}

function exitCodeHelp(): string {
  const lines = exitCodeTable.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `\nExit codes:\n${lines.join('\n')}`;
}
