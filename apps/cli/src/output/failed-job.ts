/** Why a job failed, as its author wants to know it: the line of the file, marked, how user code came there, and the record beside it. */
import type { JobError, ProgramSource } from '@gridmr/contracts';
import { markedSource } from './marked-source.js';
import { printable } from './text-table.js';

/** Where the source came from, if its file is at hand. */
export interface SourceOrigin {
  readonly path: string | undefined;
  readonly source: ProgramSource | undefined;
}

/** Lines to print. */
export function describeFailure(error: JobError, { path, source }: SourceOrigin): string[] {
  const text = sourceText(error.function, source);
  const file = error.function === undefined || error.function === 'program' ? (path ?? 'program') : error.function;
  const place = error.line === undefined ? '' : `${file}:${error.line}:${error.column ?? 1}: `;
  const lines = [`${place}${printable(error.message)}  (${error.code})`];
  if (text !== undefined && error.line !== undefined) lines.push('', ...markedSource(text, error.line, error.column));
  for (const frame of error.frames ?? []) {
    const where = frame.function === 'program' ? file : frame.function;
    lines.push(`    at ${printable(frame.name || '(anonymous)')} (${where}:${frame.line}:${frame.column})`);
  }
  lines.push('', ...describePlace(error));
  return lines;
}

function describePlace({ record, input_path, offset, task_id, attempt }: JobError): string[] {
  const lines: string[] = [];
  if (record !== undefined) lines.push(`  record: ${printable(record)}`);
  if (input_path !== undefined) {
    lines.push(`  input:  ${printable(input_path)}${offset === undefined ? '' : `, byte ${offset}`}`);
  }
  if (task_id !== undefined) lines.push(`  task:   ${task_id}${attempt === undefined ? '' : `, attempt ${attempt}`}`);
  return lines;
}

function sourceText(name: string | undefined, source: ProgramSource | undefined): string | undefined {
  if (source === undefined) return undefined;
  if (source.form === 'module') return source.program;
  return name === undefined || name === 'form' ? undefined : source[name as 'map_function'];
}
