/** The compiled tests, grouped into suites: one per package, and one per folder of `tests/`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { workspaces } from './workspaces.mjs';

/** Those whose name holds one of `wanted`, or all. */
export function findSuites(wanted) {
  const packages = workspaces()
    .filter(path => path !== 'tests')
    .map(path => ({ name: path, directory: join(path, 'dist-test') }));
  const folders = existsSync(join(root, 'tests/dist-test'))
    ? readdirSync(join(root, 'tests/dist-test'), { withFileTypes: true })
        .filter(entry => entry.isDirectory())
        .map(entry => ({ name: join('tests', entry.name), directory: join('tests/dist-test', entry.name) }))
    : [];
  return [...packages, ...folders]
    .filter(({ name }) => wanted.length === 0 || wanted.some(part => name.includes(part)))
    .map(({ name, directory }) => ({ name, files: testFiles(join(root, directory)) }))
    .filter(({ files }) => files.length > 0);
}

function testFiles(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true })
    .filter(path => path.endsWith('.test.js'))
    .sort()
    .map(path => join(directory, path));
}
