/**
 * What the engine itself says of a source, without running it: whether it parses, and if not, where. Of several readings that all fail, the one
 * that got furthest is the user's.
 */
import { sandboxLimits } from '@gridmr/contracts';
import type { QuickJSContext } from 'quickjs-emscripten';
import { functionForms } from './function-forms.js';
import { type Position, type ProgramPart, userPosition } from './program-parts.js';

/** A source that does not parse, with the user's own line and column. */
export class ProgramSyntaxError extends Error {
  readonly part: ProgramPart;
  readonly position: Position;

  constructor(part: ProgramPart, message: string, position: Position) {
    super(message);
    this.name = 'ProgramSyntaxError';
    this.part = part;
    this.position = position;
  }
}

/** The form in which a part parsed, by part and text: every attempt of a job has the same program. */
const parsedForms = new Map<string, string>();

/** The text to evaluate for a part of a program. Throws `ProgramSyntaxError`. */
export function parsePart(context: QuickJSContext, part: ProgramPart, text: string): string {
  const key = `${part} ${text}`;
  const known = parsedForms.get(key);
  if (known !== undefined) return known;
  const form = parseForms(context, part, text);
  if (parsedForms.size >= sandboxLimits.parsedFormsMax) parsedForms.clear();
  if (text.length <= sandboxLimits.parsedFormLengthMax) parsedForms.set(key, form);
  return form;
}

function parseForms(context: QuickJSContext, part: ProgramPart, text: string): string {
  if (text.includes('\0')) {
    const before = text.slice(0, text.indexOf('\0')).split('\n');
    const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    throw new ProgramSyntaxError(part, 'the source contains a NUL character', position);
  }
  let furthest: ProgramSyntaxError | undefined;
  for (const form of part === 'program' ? [text] : functionForms(text)) {
    const fault = syntaxFault(context, part, form);
    if (fault === undefined) return form;
    const error = new ProgramSyntaxError(part, fault.message, userPosition(part, text, fault.position));
    if (furthest === undefined || isFurther(error.position, furthest.position)) furthest = error;
  }
  throw furthest;
}

function isFurther(a: Position, b: Position): boolean {
  return a.line > b.line || (a.line === b.line && a.column > b.column);
}

function syntaxFault(
  context: QuickJSContext,
  part: ProgramPart,
  form: string,
): { message: string; position: Position } | undefined {
  const type = part === 'program' ? 'module' : 'global';
  const result = context.evalCode(form, part, { type, compileOnly: true });
  if (result.error === undefined) {
    result.dispose();
    return undefined;
  }
  using error = result.error;
  // For some modules that parse, the library reports a failure without any error: it looks at a module that has not run.
  if (context.typeof(error) === 'undefined') return undefined;
  using message = context.getProp(error, 'message');
  using stack = context.getProp(error, 'stack');
  const place = /:(\d+):(\d+)\n?/.exec(context.typeof(stack) === 'string' ? context.getString(stack) : '');
  return {
    message: context.typeof(message) === 'string' ? context.getString(message) : 'the source does not parse',
    position: { line: Number(place?.[1] ?? 1), column: Number(place?.[2] ?? 1) },
  };
}
