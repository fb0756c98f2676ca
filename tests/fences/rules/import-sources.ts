/** Where imports may come from: declared libraries, and files only where files are meant to be touched. */
import { importsOf, packageNameOf } from '../imports.js';
import { isCode, isProduct, packageOf, type Rule, type SourceFile } from '../source-file.js';

interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function manifestOf(files: readonly SourceFile[], directory: string): Manifest {
  const path = directory === '' ? 'package.json' : `${directory}/package.json`;
  const found = files.find(file => file.path === path);
  return found === undefined ? {} : JSON.parse(found.text);
}

/** The product needs `dependencies`; tests may use `devDependencies`, their own and the root's. */
export const declaredImports: Rule = files => {
  const shared = Object.keys(manifestOf(files, '').devDependencies ?? {});
  return files
    .filter(file => isCode(file.path))
    .flatMap(file => {
      const manifest = manifestOf(files, packageOf(file.path));
      const product = Object.keys(manifest.dependencies ?? {});
      const all = [...product, ...Object.keys(manifest.devDependencies ?? {}), ...shared, manifest.name ?? ''];
      const declared = isProduct(file.path) ? product : all;
      return importsOf(file)
        .map(({ specifier }) => packageNameOf(specifier))
        .filter(name => name !== undefined && !declared.includes(name))
        .map(name => `${file.path}: imports ${name}, which its package.json does not declare`);
    });
};

/** The only product code that touches files. Everyone else asks `@gridmr/storage`. */
const mayTouchFiles = [
  'shared/storage/src/',
  'shared/engine/src/scratch-file.ts',
  // The engine's WebAssembly file, out of its package.
  'shared/sandbox/src/quickjs-module.ts',
  'shared/runtime/src/',
  'shared/history/src/open-history.ts',
  'shared/testkit/src/',
  'apps/launcher/src/',
  // Files of whoever gives the command, on their own machine.
  'apps/cli/src/',
];

export const filesOnlyInStorage: Rule = files =>
  files
    .filter(file => isCode(file.path) && isProduct(file.path))
    .filter(file => !mayTouchFiles.some(prefix => file.path.startsWith(prefix)))
    .flatMap(file =>
      importsOf(file)
        .filter(({ specifier }) => /^(node:)?fs(\/|$)/.test(specifier))
        .map(({ specifier }) => `${file.path}: imports ${specifier}; job files are reached through @gridmr/storage`),
    );

/** Contracts are safe in a browser. */
export const contractsWithoutNode: Rule = files =>
  files
    .filter(file => file.path.startsWith('shared/contracts/src/'))
    .flatMap(file =>
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('node:'))
        .map(({ specifier }) => `${file.path}: imports ${specifier}, which a browser does not have`),
    );
