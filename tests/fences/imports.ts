/** Imports and re-exports of a file, read from the text as Biome formats it: each begins a line. */
import { posix } from 'node:path';
import type { SourceFile } from './source-file.js';

export interface Import {
  readonly specifier: string;
  /** `import type`: gone after compilation. */
  readonly typeOnly: boolean;
}

const staticImport = /^(?:import|export)\s+(type\s+)?(?:[^'"`;()=]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const dynamicImport = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

export function importsOf(file: SourceFile): Import[] {
  const fixed = [...file.text.matchAll(staticImport)].map(([, type, specifier = '']) => ({
    specifier,
    typeOnly: type !== undefined,
  }));
  const dynamic = [...file.text.matchAll(dynamicImport)].map(([, specifier = '']) => ({ specifier, typeOnly: false }));
  return [...fixed, ...dynamic];
}

/** `@gridmr/engine/dist/x.js` → `@gridmr/engine`; undefined for relative and `node:` imports. */
export function packageNameOf(specifier: string): string | undefined {
  if (/^(\.|\/|node:)/.test(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The source file that a relative import means: `./x.js` is compiled from `x.ts`. */
export function targetOf(file: SourceFile, specifier: string): string {
  return posix.join(posix.dirname(file.path), specifier);
}
