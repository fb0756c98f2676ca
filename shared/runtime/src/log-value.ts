/**
 * What may be written into a log line: any value, cut to a bounded size and depth, with errors spelled out.
 * Values come from users and from libraries, so nothing here may throw or run for long.
 */
import { logLimits } from '@gridmr/contracts';

/** A copy of `value` that `JSON.stringify` writes in bounded space. */
export function boundedLogValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(value, logLimits.textLengthMax);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= logLimits.depthMax) return '[deeper values left out]';
  if (value instanceof Error) return errorFields(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, logLimits.entriesMax).map(item => boundedLogValue(item, depth + 1));
  return boundedObject(value, depth);
}

function boundedObject(value: object, depth: number): object {
  const entries = Object.entries(value).slice(0, logLimits.entriesMax);
  return Object.fromEntries(entries.map(([name, item]) => [name, boundedLogValue(item, depth + 1)]));
}

function errorFields(error: Error & { code?: unknown }, depth: number): object {
  const fields: Record<string, unknown> = { name: error.name, message: cut(error.message, logLimits.textLengthMax) };
  if (error.code !== undefined) fields.code = boundedLogValue(error.code, depth + 1);
  if (error.stack !== undefined) fields.stack = cut(error.stack, logLimits.stackLengthMax);
  if (error.cause !== undefined) fields.cause = boundedLogValue(error.cause, depth + 1);
  if (error instanceof AggregateError) fields.errors = boundedLogValue(error.errors, depth + 1);
  return fields;
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}… (${text.length} characters)`;
}
