/**
 * Loaded into a process by `NODE_OPTIONS`: when it ends, it writes down which packages of OpenTelemetry it has loaded. They are CommonJS, so
 * Node.js has them all in one table, whoever imported them.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const directory = process.env.GRIDMR_TEST_LOADED_MODULES;
const name = /node_modules\/(@opentelemetry\/[^/]+)\//;

if (isMainThread) process.on('exit', note);

function note(): void {
  const loaded = Object.keys(createRequire(import.meta.url).cache).map(path => name.exec(path)?.[1]);
  const packages = [...new Set(loaded)].filter(each => each !== undefined);
  writeFileSync(`${directory}/${process.pid}.json`, JSON.stringify({ entry: process.argv[1], packages }));
}
