/** No file imports itself by way of others. Types alone make no cycle: they are gone at run time. */
import { importsOf, targetOf } from '../imports.js';
import { isCode, type Rule } from '../source-file.js';

export const noCycles: Rule = files => {
  const code = files.filter(file => isCode(file.path));
  const sources = new Map(code.map(file => [file.path.replace(/\.tsx?$/, '.js'), file]));
  const next = new Map(
    [...sources].map(([path, file]) => [
      path,
      importsOf(file)
        .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
        .map(({ specifier }) => targetOf(file, specifier))
        .filter(target => sources.has(target)),
    ]),
  );
  const finished = new Set<string>();
  const faults: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      faults.push(`${path}: imports itself by ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`);
      return;
    }
    if (finished.has(path)) return;
    for (const target of next.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return faults;
};
