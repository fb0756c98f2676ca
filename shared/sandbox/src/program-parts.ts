/** A program as the sources it is made of: up to four functions, or one module. */
import { type ProgramSource, sandboxLimits } from '@gridmr/contracts';
import { formLinesBefore } from './function-forms.js';

export const functionParts = ['map_function', 'reduce_function', 'combine_function', 'partition_function'] as const;
export type FunctionPart = (typeof functionParts)[number];
export type ProgramPart = FunctionPart | 'program';
export const programParts: readonly ProgramPart[] = [...functionParts, 'program'];

/** The sources of a program with the name of each, which is also its file name in the engine. */
export function partsOf(source: ProgramSource): { part: ProgramPart; text: string }[] {
  if (source.form === 'module') return [{ part: 'program', text: source.program }];
  return functionParts.flatMap(part => {
    const text = source[part];
    return text === undefined ? [] : [{ part, text }];
  });
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A position in what the engine read as a position in what the user wrote, 1-based. Past the end becomes the end. */
export function userPosition(part: ProgramPart, text: string, position: Position): Position {
  const line = position.line - (part === 'program' ? 0 : formLinesBefore);
  const lines = text.split('\n');
  if (line < 1) return { line: 1, column: 1 };
  if (line > lines.length) return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  return { line, column: Math.max(1, position.column) };
}

export interface UserFrame {
  readonly name: string;
  readonly part: ProgramPart;
  readonly position: Position;
}

/** The frames of an engine's stack that lie in user code, innermost first: `    at name (map_function:2:18)`. */
export function framesInUserCode(stack: string): UserFrame[] {
  const frames: UserFrame[] = [];
  for (const found of stack.matchAll(/^ *at (?:(.*) \()?([a-z_]+):(\d{1,9}):(\d{1,9})\)?$/gm)) {
    const [, name = '', file, line, column] = found;
    const part = programParts.find(known => known === file);
    if (part !== undefined) frames.push({ name, part, position: { line: Number(line), column: Number(column) } });
    if (frames.length === sandboxLimits.errorFramesMax) break;
  }
  return frames;
}
