/** What a module program imports and exports, by its text alone. */
import { type Import, init, parse } from 'es-module-lexer';
import { ProgramSyntaxError } from './parse-program.js';
import type { Position } from './program-parts.js';

const names = ['map', 'reduce', 'combine', 'partition', 'setup', 'teardown'] as const;
const spelled = 'map, and if needed reduce, combine, partition, setup and teardown';

/** Throws `ProgramSyntaxError` if a module imports anything. What does not parse is left to the engine, which says better where. */
export async function refuseImports(text: string): Promise<void> {
  await init();
  const imported = importsOf(text).find(item => item.type !== 'import-meta');
  if (imported === undefined) return;
  throw fault(text, imported.importStart, 'a program cannot import modules; put everything into its one source');
}

function importsOf(text: string): readonly Import[] {
  try {
    return parse(text)[0];
  } catch (error) {
    if (error instanceof Error && 'idx' in error) return [];
    throw error;
  }
}

/** The names of the functions that a module, which is known to parse, exports. Throws `ProgramSyntaxError` if `map` is not among them. */
export async function moduleExports(text: string): Promise<Set<string>> {
  await init();
  const [, exports] = parse(text);
  const found = new Set(exports.map(item => ('name' in item ? item.name : '*')));
  const ownDefault = exports.find(item => 'name' in item && item.name === 'default');
  if (!found.has('map')) {
    const message =
      ownDefault === undefined
        ? `the program does not export map; export the functions by name: ${spelled}`
        : `the program has a default export; export the functions by name instead: ${spelled}`;
    throw fault(text, ownDefault?.exportStart ?? 0, message);
  }
  return new Set(names.filter(name => found.has(name)));
}

function fault(text: string, offset: number, message: string): ProgramSyntaxError {
  const before = text.slice(0, offset).split('\n');
  const position: Position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return new ProgramSyntaxError('program', message, position);
}
