/**
 * From what a user submitted to what a sandbox loads: types stripped, parsed by the engine that will run it, its functions known. Nothing is run.
 *
 * Hostile source can keep a parser busy or overflow its stack: a process that must stay alive asks `ProgramChecker`.
 */
import { bytesPerMb, type JobSpec, type ProgramSource, RequestError, sandboxLimits } from '@gridmr/contracts';
import type { ProgramFunctions } from '@gridmr/engine';
import { freshGuest, prepareGuest } from './guest-body.js';
import { moduleExports, refuseImports } from './module-exports.js';
import { ProgramSyntaxError, parsePart } from './parse-program.js';
import { type ProgramPart, partsOf } from './program-parts.js';
import { dropQuickJs } from './quickjs-instance.js';
import { compileQuickJs } from './quickjs-module.js';

export type ProgramLanguage = JobSpec['language'];

export interface CheckedProgram {
  /** Plain JavaScript. */
  readonly source: ProgramSource;
  readonly functions: ProgramFunctions;
}

const compileMemoryBytes = sandboxLimits.compileMemoryMb * bytesPerMb;

/**
 * Throws `RequestError`: `program_does_not_parse` with function, line and column of the user's own source, or
 * `language_not_supported` for Python.
 */
export async function checkProgram(source: ProgramSource, language: ProgramLanguage): Promise<CheckedProgram> {
  for (const { part, text } of partsOf(source)) refusePython(part, text);
  try {
    const plain = language === 'typescript' ? await withoutTypes(source) : source;
    if (plain.form === 'module') await refuseImports(plain.program);
    await parseAll(plain);
    return { source: plain, functions: await functionsOf(plain) };
  } catch (error) {
    if (!(error instanceof ProgramSyntaxError)) throw error;
    const { line, column } = error.position;
    const message = error.message.slice(0, sandboxLimits.errorMessageLengthMax);
    const detail = `${error.part}, line ${line}, column ${column}: ${message}`;
    throw new RequestError('program_does_not_parse', detail, { function: error.part, line, column }, { cause: error });
  }
}

function refusePython(part: ProgramPart, text: string): void {
  const isPython = /^(?:\s|#[^\n]*\n)*(?:async\s+def|def)\s+\w+\s*\(|^\s*lambda\b[^=]*:/.test(text);
  if (!isPython) return;
  const detail = `${part} looks like Python; the accepted languages are "javascript" and "typescript"`;
  throw new RequestError('language_not_supported', detail, { function: part });
}

/** The stripper is loaded only by those who need it. */
async function withoutTypes(source: ProgramSource): Promise<ProgramSource> {
  const { stripTypes } = await import('./typescript-strip.js');
  if (source.form === 'module') return { form: 'module', program: stripTypes('program', source.program) };
  const stripped = partsOf(source).map(({ part, text }) => [part, stripTypes(part, text)]);
  return { ...source, ...Object.fromEntries(stripped) };
}

async function parseAll(source: ProgramSource): Promise<void> {
  const { module } = await compileQuickJs();
  const { instance } = await freshGuest(module, compileMemoryBytes);
  for (const { part, text } of partsOf(source)) parsePart(instance.context, part, text);
  dropQuickJs(instance);
}

/** For a thread that has nothing else to do: the next check finds an engine that is ready. */
export async function prepareCheck(): Promise<void> {
  const { module } = await compileQuickJs();
  await prepareGuest(module, compileMemoryBytes);
}

/** Which functions a program has that parses. */
export async function functionsOf(source: ProgramSource): Promise<ProgramFunctions> {
  if (source.form === 'functions') {
    const has = (text: string | undefined) => text !== undefined;
    const { reduce_function, combine_function, partition_function } = source;
    return { reduce: has(reduce_function), combine: has(combine_function), partition: has(partition_function) };
  }
  const exported = await moduleExports(source.program);
  return { reduce: exported.has('reduce'), combine: exported.has('combine'), partition: exported.has('partition') };
}
