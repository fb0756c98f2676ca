/** Judges what a request brings by a schema, and says in words and by field what is wrong with it. */
import { type FieldError, type ProblemCode, RequestError, requestLimits } from '@gridmr/contracts';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Returns what the schema makes of `value`. Throws `RequestError`: `invalid_request`, or what the field at fault has of its own. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(fieldErrors);
  throw invalidInput(errors, codeOf(parsed.error.issues));
}

/** The refusal of a request for its fields, listed up to a bound. */
export function invalidInput(errors: readonly FieldError[], code: ProblemCode = 'invalid_request'): RequestError {
  const listed = errors.slice(0, requestLimits.validationErrorsMax);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const [first] = listed;
  const detail = first === undefined ? 'The request is not valid' : `${sentence(first)}${more}`;
  return new RequestError(code, detail, { errors: listed });
}

function sentence({ path, message }: FieldError): string {
  return path === '' ? message : `${path}: ${message}`;
}

function fieldErrors(issue: Issue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({ path: short(fieldPath([...issue.path, key])), message: 'is not a known field' }));
  }
  return [{ path: short(fieldPath(issue.path)), message: short(issue.message) }];
}

/** `['inputs', 2]` → `inputs[2]`. */
function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** Field names and values come from the caller: what is repeated of them is bounded. */
function short(text: string): string {
  const max = requestLimits.validationTextLengthMax;
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

function codeOf(issues: readonly Issue[]): ProblemCode {
  if (issues.some(issue => issue.code === 'custom' && issue.params?.path === true)) return 'path_not_allowed';
  if (issues.some(issue => issue.path[0] === 'language')) return 'language_not_supported';
  return 'invalid_request';
}
