#!/usr/bin/env node
/** The `gridmr` command. In a checkout that was never built, it is built first. */
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
const builder = new URL('../../../scripts/build.mjs', import.meta.url);

if (!existsSync(program) && existsSync(builder)) {
  const { build } = await import(builder);
  const built = await build();
  if (!built.ok) {
    process.stderr.write(`${built.output}\nGridMR could not be built: see above.\n`);
    process.exit(1);
  }
}
await import(program);
