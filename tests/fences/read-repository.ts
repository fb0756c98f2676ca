/** All files that the fences judge, read from this checkout. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './source-file.js';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const made = new Set(['node_modules', 'dist', 'dist-test', 'dist-types', '.git', '.turbo', '.gridmr', 'golden']);

export async function readRepository(): Promise<SourceFile[]> {
  const top = ['package.json', 'package-lock.json'].map(name => join(root, name));
  const below = await Promise.all(['apps', 'shared', 'tests', 'scripts'].map(name => walk(join(root, name))));
  const paths = [...top, ...below.flat().filter(path => /\.(tsx?|mts|m?js|json|css)$/.test(path))];
  return Promise.all(
    paths.map(async path => ({
      path: relative(root, path).split(sep).join('/'),
      text: await readFile(path, 'utf8'),
    })),
  );
}

async function walk(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = entries
    .filter(entry => !made.has(entry.name))
    .map(entry => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? walk(path) : [path];
    });
  return (await Promise.all(found)).flat();
}
