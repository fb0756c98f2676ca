/**
 * TypeScript to JavaScript by blanking out the types: every token that stays keeps its line and column, so that positions
 * in errors are the user's own. What needs code to be made up (enums, namespaces, parameter properties) is refused.
 */
import { transformSync } from '@swc/wasm-typescript';
import { z } from 'zod';
import { functionForms, unwrapForm } from './function-forms.js';
import { ProgramSyntaxError } from './parse-program.js';
import { type ProgramPart, userPosition } from './program-parts.js';

/** What the stripper throws. Anything else means that it is broken, and its thread with it. */
const refusalSchema = z.object({
  message: z.string(),
  startLine: z.number().int().optional(),
  startColumn: z.number().int().optional(),
});

/** The same source without types. Throws `ProgramSyntaxError`. */
export function stripTypes(part: ProgramPart, text: string): string {
  if (part === 'program') return strip(part, text, text, true);
  let furthest: ProgramSyntaxError | undefined;
  for (const form of functionForms(text)) {
    try {
      return unwrapForm(strip(part, text, form, false));
    } catch (error) {
      if (!(error instanceof ProgramSyntaxError)) throw error;
      if (furthest === undefined || comesAfter(error, furthest)) furthest = error;
    }
  }
  throw furthest;
}

function comesAfter(a: ProgramSyntaxError, b: ProgramSyntaxError): boolean {
  if (a.position.line !== b.position.line) return a.position.line > b.position.line;
  return a.position.column > b.position.column;
}

function strip(part: ProgramPart, text: string, form: string, module: boolean): string {
  try {
    return transformSync(form, { mode: 'strip-only', module }).code;
  } catch (error) {
    const refusal = error instanceof Error ? undefined : refusalSchema.safeParse(error).data;
    if (refusal === undefined) throw error;
    const position = { line: refusal.startLine ?? 1, column: (refusal.startColumn ?? 0) + 1 };
    throw new ProgramSyntaxError(part, refusal.message, userPosition(part, text, position));
  }
}
