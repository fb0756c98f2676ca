/**
 * Sizes × workers: how much faster more workers are. For each number of workers a stack of its own runs a word count over generated input of each size, once to
 * warm up and then so many times; the median counts. Efficiency is the throughput of n workers over n times that of the fewest, per worker.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchJobs } from '../bench/bench-jobs.mjs';
import { withStack } from '../bench/bench-stack.mjs';
import { generateFile } from '../bench/generate-data.mjs';
import { judge, replaceThresholds } from '../load/judge-thresholds.mjs';
import { boundedNumber, listOf, median } from '../load/numbers.mjs';
import { printJudged, table } from '../load/print-report.mjs';
import { asManyAsCores } from './as-many-as-cores.mjs';
import { drawScaling } from './draw-scaling.mjs';

/** So that no worker stands idle for long at the end. */
const tasksPerWorker = 8;
const splitMbMax = 32;
const columns = [
  'megabytes',
  'workers',
  'seconds',
  'mb_per_second',
  'efficiency',
  'worker_cpu_s',
  'api_cpu_s',
  'queue_cpu_s',
];
/** Two workers on two cores are to be 1.85 times as fast as one. */
const thresholds = [{ of: 'scaling', figure: 'efficiency', min: 0.925 }];

export async function measureScaling({ sizes, workers = '1,2', iterations, write, thresholds: given }) {
  const options = {
    sizes: listOf(sizes, 100_000),
    workers: listOf(workers, 1000),
    iterations: Math.round(boundedNumber(iterations, 1, 100)),
  };
  const directory = await mkdtemp(join(tmpdir(), 'gridmr-scaling-'));
  try {
    const rows = withEfficiency(await measureAll(directory, options));
    report(rows, write);
    const results = judged(rows, replaceThresholds(thresholds, given));
    printJudged(results);
    return results.every(({ kept }) => kept) ? 0 : 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureAll(directory, { sizes, workers, iterations }) {
  const rows = [];
  for (const count of workers) {
    await withStack(async stack => {
      for (const megabytes of sizes)
        rows.push(await measure(stack, directory, megabytes, count, Math.max(...workers), iterations));
    }, count);
  }
  return rows;
}

/** The same splits for all numbers of workers. */
async function measure(stack, directory, megabytes, workers, workersMost, iterations) {
  const [job] = benchJobs;
  const file = generateFile(directory, job.input, megabytes);
  const split_size_mb = Math.min(splitMbMax, megabytes / (tasksPerWorker * workersMost));
  const run = () => stack.run({ ...job, functions: { ...job.functions, split_size_mb } }, file);
  await run();
  const before = await stack.cpuSecondsByName();
  const seconds = [];
  for (let i = 0; i < iterations; i++) seconds.push((await run()).seconds);
  const after = await stack.cpuSecondsByName();
  const cpuOf = name => ((after[name] ?? 0) - (before[name] ?? 0)) / iterations;
  return {
    megabytes,
    workers,
    seconds: median(seconds),
    mb_per_second: megabytes / median(seconds),
    worker_cpu_s: cpuOf('worker'),
    api_cpu_s: cpuOf('api'),
    queue_cpu_s: cpuOf('queue'),
  };
}

function withEfficiency(rows) {
  return rows.map(row => {
    const same = rows.filter(({ megabytes }) => megabytes === row.megabytes);
    const [least] = same.toSorted((a, b) => a.workers - b.workers);
    const perWorker = ({ mb_per_second, workers }) => mb_per_second / workers;
    return { ...row, efficiency: perWorker(row) / perWorker(least) };
  });
}

function report(rows, write) {
  const [loadNow] = loadavg();
  console.log(`word count, ${availableParallelism()} cores, load of the machine at the end: ${loadNow.toFixed(1)}\n`);
  const cells = row => columns.map(name => (Number.isInteger(row[name]) ? String(row[name]) : row[name].toFixed(3)));
  table(columns, rows.map(cells));
  write('scaling.csv', `${[columns, ...rows.map(cells)].map(line => line.join(',')).join('\n')}\n`);
  write('scaling.svg', drawScaling(rows));
  write(
    'scaling.json',
    `${JSON.stringify({ date: new Date().toISOString(), node: process.version, load: loadNow, rows }, undefined, 2)}\n`,
  );
  console.log('\nWritten to loadtest/results/scaling.csv, .json and .svg');
}

/** Of the greatest size. */
function judged(rows, asked) {
  const size = Math.max(...rows.map(({ megabytes }) => megabytes));
  return judge(asked, { scaling: asManyAsCores(rows.filter(({ megabytes }) => megabytes === size)) }, []);
}
