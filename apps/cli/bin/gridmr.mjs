#!/usr/bin/env node
/** The `gridmr` command. In a checkout that was never built, it is built first. */
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
const checkout = new URL('../../../scripts/gridmr.mjs', import.meta.url);

await import(existsSync(program) || !existsSync(checkout) ? program : checkout);
