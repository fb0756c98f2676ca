/** Faults of a program as the API tells them, for the editor. */
import { ApiError } from '@gridmr/client';
import type { JobError } from '@gridmr/contracts';
import type { ProgramFault } from './program-editor.js';

/** Of an attempt that failed, or of a preview. */
export function faultOfError(error: JobError): ProgramFault {
  const { line, column, message } = error;
  return { line, column, message, severity: 'error', function: error.function };
}

/** Of a submission that was refused because its code does not parse; none for other refusals. */
export function faultsOfRefusal(error: unknown): readonly ProgramFault[] {
  if (!(error instanceof ApiError)) return [];
  const { line, column, detail, function: name } = error.problem;
  return line === undefined ? [] : [{ line, column, message: detail, severity: 'error', function: name }];
}
