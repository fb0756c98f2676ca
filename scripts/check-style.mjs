/** Formatting and lint rules, as one test. */
import { join } from 'node:path';
import { root } from './root.mjs';
import { runQuietly } from './run-quietly.mjs';

export function checkStyle() {
  return runQuietly(join(root, 'node_modules', '.bin', 'biome'), ['check', '--colors=off', '.']);
}
