/**
 * `npm run loadtest -- --scenario NAME`: how the whole service bears a load. Starts a stack of its own, over loopback, or takes the one at `--url`; prints a report,
 * writes it as JSON to `loadtest/results/`, and exits with 1 if a threshold is missed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseThreshold } from './load/judge-thresholds.mjs';
import { printReport } from './load/print-report.mjs';
import { runScenario } from './load/run-scenario.mjs';
import { simulateWorkers } from './many-workers/simulate-workers.mjs';
import { measureCompute } from './scaling/measure-compute.mjs';
import { measureScaling } from './scaling/measure-scaling.mjs';
import { scenarios } from './scenarios/all.mjs';

const units = { s: 1, m: 60, h: 3600 };
const secondsMax = 24 * 3600;
const resultsDirectory = fileURLToPath(new URL('results/', import.meta.url));
/** Those that a generator of requests has nothing to do with. */
const others = { scaling: measureScaling, compute: measureCompute, 'many-workers': simulateWorkers };

const { values: options } = parseArgs({
  options: {
    scenario: { type: 'string' },
    duration: { type: 'string' },
    url: { type: 'string' },
    'api-key': { type: 'string', default: process.env.GRIDMR_API_KEY },
    workers: { type: 'string' },
    connections: { type: 'string', multiple: true, default: [] },
    threshold: { type: 'string', multiple: true, default: [] },
    sizes: { type: 'string', default: '10,50' },
    iterations: { type: 'string', default: '3' },
    tasks: { type: 'string', default: '20000' },
    turns: { type: 'string', default: '150000000' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help || options.scenario === undefined) {
  console.log(usage());
  process.exitCode = options.help ? 0 : 2;
} else {
  try {
    process.exitCode = await run(options.scenario);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function run(name) {
  mkdirSync(resultsDirectory, { recursive: true });
  const write = (file, text) => writeFileSync(join(resultsDirectory, file), text);
  const thresholds = options.threshold.map(parseThreshold);
  if (others[name] !== undefined) {
    const seconds = options.duration === undefined ? undefined : secondsOf(options.duration);
    return others[name]({ ...options, seconds, thresholds, write });
  }
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.\n${usage()}`);
  const report = await runScenario(scenario, {
    seconds: secondsOf(options.duration ?? '30s'),
    url: options.url,
    apiKey: options['api-key'],
    workers: Number(options.workers ?? 2),
    connections: Object.fromEntries(options.connections.map(connectionsOf)),
    thresholds,
  });
  printReport(report);
  write(
    `${name}.json`,
    `${JSON.stringify({ date: new Date().toISOString(), node: process.version, ...report }, undefined, 2)}\n`,
  );
  console.log(`\nWritten to loadtest/results/${name}.json`);
  return report.judged.every(({ kept }) => kept) ? 0 : 1;
}

function secondsOf(text) {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? [];
  const seconds = Number(number) * units[unit];
  if (!(seconds > 0 && seconds <= secondsMax)) throw new Error(`${text} is no duration; one is 30s, 3m or 1h`);
  return seconds;
}

function connectionsOf(text) {
  const [, name, count] = /^(.+)=(\d+)$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`${text} is no number of connections; one is written as listen=100`);
  return [name, Number(count)];
}

function usage() {
  const rows = Object.values(scenarios).map(({ name, about }) => `  ${name.padEnd(14)} ${about}`);
  return [
    'npm run loadtest -- --scenario NAME [--duration 30s] [--url http://… [--api-key KEY]] [--workers 2]',
    '                   [--connections FLOW=N] [--threshold "submit.p99_ms<=250"]',
    ...rows,
    '  scaling        sizes × workers: --sizes 10,50 (MB) --workers 1,2 --iterations 3; CSV and a chart',
    '  compute        tasks that only compute: --workers 1,2 --iterations 3 --turns 150000000 (of a loop, each task)',
    '  many-workers   simulated workers on one Redis, idle for --duration 5s, then with empty tasks: --workers 1000 --tasks 20000',
  ].join('\n');
}
