#!/usr/bin/env node
/** The `gridmr` command. In a checkout it is the bundled one, which is built first if it never was. */
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
const checkout = new URL('../../../scripts/gridmr.mjs', import.meta.url);

await import(existsSync(checkout) ? checkout : program);
