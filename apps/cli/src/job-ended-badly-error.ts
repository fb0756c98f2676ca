/** The job that the command waited for has failed or was cancelled, and that was told already. */
import { type ExitCode, exitCodes } from './exit-codes.js';

export class JobEndedBadlyError extends Error {
  readonly exitCode: ExitCode;

  constructor(status: 'failed' | 'cancelled') {
    super(`the job is ${status}`);
    this.name = 'JobEndedBadlyError';
    this.exitCode = status === 'failed' ? exitCodes.jobFailed : exitCodes.jobCancelled;
  }
}
