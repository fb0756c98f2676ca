#!/usr/bin/env node
/** `npx gridmr` in a checkout: what is missing on a fresh machine (packages, build) is made once, then the command runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './install-packages.mjs';
import { root } from './root.mjs';

const program = join(root, 'dist/gridmr.js');

async function makeReady() {
  if (!existsSync(join(root, 'node_modules'))) await installPackages();
  if (existsSync(program)) return;
  console.error('Building GridMR (once, about half a minute) …');
  const { build } = await import('./build.mjs');
  const built = await build();
  if (!built.ok) throw new Error(`${built.output}\nGridMR could not be built: see above.`);
  const { buildEngine } = await import('./build-engine.mjs');
  const engine = await buildEngine();
  if (!engine.ok) console.error('The engine could not be optimised; the published build is used.');
}

try {
  await makeReady();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import(program);
