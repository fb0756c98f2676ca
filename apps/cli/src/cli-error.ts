/** The command cannot go on: what happened, and what its user may do next. */
import type { ExitCode } from './exit-codes.js';

export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** A command, or a sentence. */
  readonly next: string | undefined;

  constructor(exitCode: ExitCode, message: string, next?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.next = next;
  }
}
