/** From anything that was thrown to what the user is told, and the exit code. */
import { ApiError, ConnectionError } from '@gridmr/client';
import { type Problem, type ProblemCode, RequestError, TaskError } from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.js';
import { type ExitCode, exitCodes } from './exit-codes.js';

export interface Explanation {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly next?: string | undefined;
  /** For `--json`. */
  readonly code: string;
  readonly problem?: Problem | undefined;
}

const conflicts: readonly ProblemCode[] = ['output_exists', 'idempotency_conflict', 'not_finished', 'not_sorted'];

export function explainError(error: unknown): Explanation {
  if (error instanceof CliError) {
    return { exitCode: error.exitCode, message: error.message, next: error.next, code: codeNames[error.exitCode] };
  }
  if (error instanceof ApiError) return explainProblem(error);
  if (error instanceof ConnectionError) {
    const next = 'start a server with `npm start`, or name one by --url or GRIDMR_URL';
    return { exitCode: exitCodes.unavailable, message: error.message, next, code: error.fault };
  }
  if (error instanceof RequestError) return { exitCode: exitCodes.usage, message: error.message, code: error.code };
  if (error instanceof TaskError)
    return { exitCode: exitCodes.jobFailed, message: error.message, code: error.error.code };
  if (error instanceof StorageError) return { exitCode: exitCodes.notFound, message: error.message, code: error.code };
  if (error instanceof CommanderError) return { exitCode: exitCodes.usage, message: error.message, code: error.code };
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: exitCodes.jobFailed, message, code: 'internal_error' };
}

const codeNames: Readonly<Record<ExitCode, string>> = {
  [exitCodes.done]: 'done',
  [exitCodes.jobFailed]: 'job_failed',
  [exitCodes.usage]: 'usage',
  [exitCodes.notFound]: 'not_found',
  [exitCodes.forbidden]: 'forbidden',
  [exitCodes.unavailable]: 'unavailable',
  [exitCodes.conflict]: 'conflict',
  [exitCodes.jobCancelled]: 'job_cancelled',
  [exitCodes.interrupted]: 'interrupted',
};

function explainProblem(error: ApiError): Explanation {
  const { problem, code } = error;
  const next = nextSteps[code];
  return { exitCode: exitCodeOf(problem), message: error.message, next, code, problem };
}

function exitCodeOf({ status, code }: Problem): ExitCode {
  if (status === 401 || status === 403) return exitCodes.forbidden;
  if (status === 404) return exitCodes.notFound;
  if (status === 409 || status === 412 || conflicts.includes(code)) return exitCodes.conflict;
  if (status === 429 || status >= 500) return exitCodes.unavailable;
  return exitCodes.usage;
}

const nextSteps: Partial<Record<ProblemCode, string>> = {
  unauthorized: 'give a key by --api-key or GRIDMR_API_KEY',
  forbidden: 'ask an administrator for a key of another role',
  not_found: 'see what there is: gridmr list',
  input_not_found: 'inputs are paths inside the data directory of the server, as books/*.txt',
  output_exists: 'choose another --output, or remove what is there',
  file_exists: 'choose another path, or leave --only-new away',
  not_finished: 'wait for it: gridmr watch <job>',
  not_sorted: 'leave --order away',
  no_results: 'see why: gridmr status <job>',
  not_retryable: 'only a failed or cancelled job goes on: gridmr status <job>',
  too_many_requests: 'wait a moment and try again',
  queue_unavailable: 'wait a moment and try again',
  database_unavailable: 'wait a moment and try again',
  storage_unavailable: 'wait a moment and try again',
};
