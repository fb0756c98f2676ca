/** Says on standard error why the command failed: for people, or as one line of JSON. */
import { CommanderError } from 'commander';
import type { CommandLine } from './command-line.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { explainError } from './explain-error.js';
import { JobEndedBadlyError } from './job-ended-badly-error.js';

/** Returns the exit code. */
export function reportError(cli: CommandLine, error: unknown, asJson: boolean): ExitCode {
  if (cli.signal.aborted) {
    cli.note(`gridmr: stopped (${String(cli.signal.reason)})`);
    return exitCodes.interrupted;
  }
  // Told of already, in full.
  if (error instanceof JobEndedBadlyError) return error.exitCode;
  const { exitCode, message, next, code, problem } = explainError(error);
  if (asJson) {
    cli.note(JSON.stringify({ error: { code, message, next, exit_code: exitCode, problem } }));
    return exitCode;
  }
  // Commander has said it by itself.
  if (!(error instanceof CommanderError)) cli.note(`gridmr: ${message}`);
  if (next !== undefined) cli.note(`  next: ${next}`);
  return exitCode;
}
