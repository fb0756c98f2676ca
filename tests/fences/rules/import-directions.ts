/** Which package may import which. Dependencies point one way: contracts below, apps on top. */
import { importsOf, packageNameOf, targetOf } from '../imports.js';
import { isCode, isProduct, packageOf, type Rule, type SourceFile } from '../source-file.js';
import { manifestOf } from './import-sources.js';

/** Of GridMR's own packages. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'shared/contracts': [],
  'shared/samples': [],
  'shared/testkit': ['contracts', 'samples'],
  'shared/storage': ['contracts'],
  'shared/engine': ['contracts', 'storage'],
  'shared/sandbox': ['contracts', 'engine'],
  'shared/tasks': ['contracts', 'storage', 'engine', 'sandbox'],
  'shared/history': ['contracts'],
  'shared/runtime': ['contracts', 'storage'],
  'shared/client': ['contracts'],
  'apps/api': ['contracts', 'storage', 'engine', 'sandbox', 'tasks', 'samples', 'history', 'runtime', 'client'],
  'apps/worker': ['contracts', 'storage', 'engine', 'sandbox', 'tasks', 'history', 'runtime', 'client'],
  'apps/web': ['contracts', 'client'],
  'apps/cli': ['contracts', 'storage', 'engine', 'sandbox', 'tasks', 'samples', 'runtime', 'client'],
  'apps/launcher': ['contracts', 'storage', 'engine', 'sandbox', 'history', 'runtime', 'client'],
};

/** Packages that must stay free of others' libraries, whatever their package.json says. */
const onlyLibraries: Readonly<Record<string, readonly string[]>> = {
  'shared/contracts': ['zod'],
  'shared/samples': [],
  'shared/engine': [],
  'shared/client': [],
};

export const importDirections: Rule = files =>
  files
    .filter(file => isCode(file.path) && isProduct(file.path))
    .flatMap(file => {
      const owner = packageOf(file.path);
      const neighbours = allowed[owner];
      if (neighbours === undefined) return [`${file.path}: ${owner} is not in the table of import directions`];
      return importsOf(file).flatMap(({ specifier }) => faultOf(owner, neighbours, specifier, file.path));
    });

function faultOf(owner: string, neighbours: readonly string[], specifier: string, path: string): string[] {
  const name = packageNameOf(specifier);
  if (name === undefined) return [];
  if (name.startsWith('@gridmr/')) {
    return neighbours.includes(name.slice('@gridmr/'.length)) ? [] : [`${path}: ${owner} must not import ${name}`];
  }
  const libraries = onlyLibraries[owner];
  return libraries === undefined || libraries.includes(name) ? [] : [`${path}: ${owner} must not import ${name}`];
}

/** A package is entered by its front door: no file of another one by its path. */
export const noDeepImports: Rule = files =>
  files
    .filter(file => isCode(file.path))
    .flatMap(file =>
      importsOf(file)
        .filter(({ specifier }) => {
          if (specifier.startsWith('@gridmr/')) return !isEntry(files, specifier);
          return specifier.startsWith('.') && packageOf(targetOf(file, specifier)) !== packageOf(file.path);
        })
        .filter(() => packageOf(file.path) !== 'scripts')
        .map(({ specifier }) => `${file.path}: imports ${specifier} past the index of another package`),
    );

/** A package's index, or another entry that its manifest names: for who needs one thing of a package that takes long to load. */
function isEntry(files: readonly SourceFile[], specifier: string): boolean {
  const [scope, name, ...rest] = specifier.split('/');
  if (rest.length === 0) return true;
  const { exports = {} } = manifestOf(files, `shared/${name}`);
  return scope === '@gridmr' && `./${rest.join('/')}` in exports;
}

/** The product never sees its tests. */
export const noTestsInProduct: Rule = files =>
  files
    .filter(file => isCode(file.path) && isProduct(file.path))
    .flatMap(file =>
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.') && !isProduct(targetOf(file, specifier)))
        .map(({ specifier }) => `${file.path}: imports ${specifier}, which is outside src`),
    );
