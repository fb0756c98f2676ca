/** The packages of this repository, as paths from its root. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

export function workspaces() {
  const inside = ['shared', 'apps'].flatMap(group => readdirSync(join(root, group)).map(name => join(group, name)));
  return [...inside, 'tests'].filter(path => existsSync(join(root, path, 'package.json')));
}
