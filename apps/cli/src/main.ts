/** The `gridmr` command: reads its arguments, runs one command, and ends with the code that says how that went. */
import { CommanderError } from 'commander';
import { buildProgram } from './build-program.js';
import { CommandLine } from './command-line.js';
import { exitCodes } from './exit-codes.js';
import { reportError } from './report-error.js';

/** @param args as in `process.argv`, without the first two */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const cli = new CommandLine();
  cli.noticeClosedPipe();
  try {
    await buildProgram(cli).parseAsync([...args], { from: 'user' });
  } catch (error) {
    const isAnswer = error instanceof CommanderError && error.exitCode === 0;
    if (isAnswer || cli.isUnread) process.exitCode = exitCodes.done;
    else process.exitCode = reportError(cli, error, args.includes('--json'));
  }
  // A thread, a timer or a connection that is left open must not keep a command going that has said its last word.
  await new Promise(resolve => process.stdout.write('', resolve));
  process.exit();
}

await runCommandLine(process.argv.slice(2));
