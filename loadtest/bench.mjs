/**
 * `npm run bench [-- --quick] [--megabytes N] [--runs N] [--only <part of a job's name, or overhead>]`: how fast the whole stack moves records, beside what the engine
 * itself can do, in one run on one machine. Loopback only; writes JSON and a chart to `loadtest/results/`.
 *
 * Two ratios are given. By the clock: MB/s from submission to completion, divided by the bar's reference. By the processor: the reference's seconds of
 * processor time per MB over the workers'; on a machine whose processors are taken away at times it is the more telling one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureStalledShare } from '@gridmr/testkit';
import { benchJobs } from './bench/bench-jobs.mjs';
import { withStack } from './bench/bench-stack.mjs';
import { drawChart } from './bench/draw-chart.mjs';
import { generateFile } from './bench/generate-data.mjs';
import { measureReferences } from './bench/measure-references.mjs';
import { measureLatency, measureTasks } from './bench/measure-tasks.mjs';
import { boundedNumber, median } from './load/numbers.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    megabytes: { type: 'string' },
    runs: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const megabytes = boundedNumber(options.megabytes ?? (options.quick ? 8 : 200), 1, 10_000);
const runs = boundedNumber(options.runs ?? (options.quick ? 1 : 5), 1, 25);
const smallJobs = options.quick ? 20 : 200;
const manyTasks = options.quick ? 500 : 10_000;
/** What has no megabytes: tiny tasks and small jobs. */
const overheadName = 'overhead';
const resultsDirectory = fileURLToPath(new URL('results/', import.meta.url));

const directory = await mkdtemp(join(tmpdir(), 'gridmr-bench-'));
const report = { date: new Date().toISOString(), node: process.version, megabytes, runs, stalled: [], jobs: [] };
try {
  for (const job of benchJobs.filter(({ name }) => name.includes(options.only))) await benchJob(job);
  if (overheadName.includes(options.only)) await withStack(benchOverhead);
} finally {
  await rm(directory, { recursive: true, force: true });
}
report.stalled.push(measureStalledShare());
mkdirSync(resultsDirectory, { recursive: true });
writeFileSync(join(resultsDirectory, 'bench.json'), `${JSON.stringify(report, undefined, 2)}\n`);
writeFileSync(join(resultsDirectory, 'bench.svg'), drawChart(report));
console.log(
  `\nThe machine stood still for ${report.stalled.map(percent).join(', ')} of the time, in the order of the jobs.`,
);
console.log(`Written to ${resultsDirectory}bench.json and bench.svg`);

async function benchJob(job) {
  report.stalled.push(measureStalledShare());
  const file = generateFile(directory, job.input, megabytes);
  const references = await measureReferences(file, job, runs);
  const { measured, processes } = await withStack(async stack => {
    // The first run warms up: the workers' code gets compiled.
    await stack.run(job, file);
    const measured = [];
    for (let i = 0; i < runs; i++) measured.push(await stack.run(job, file));
    return { measured, processes: await stack.processes() };
  });
  const median = measured.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(runs / 2)];
  const reference = job.bar.of === 'engine' ? references.engine : references.opponent;
  const threads = job.bar.of === 'engine' ? 2 : 1;
  const entry = {
    name: job.name,
    mbPerSecond: megabytes / median.seconds,
    seconds: measured.map(({ seconds }) => seconds),
    ratio: reference.seconds / threads / median.seconds,
    ratioByProcessor: reference.cpuSeconds / median.workerCpuSeconds,
    bar: job.bar.ratio,
    references: Object.fromEntries(
      Object.entries(references).map(([name, figures]) => [
        name,
        { mbPerSecond: megabytes / figures.seconds, ...figures },
      ]),
    ),
    ...median.figures,
    processes,
  };
  report.jobs.push(entry);
  print(entry);
}

async function benchOverhead(stack) {
  // The first tasks are counted, and warm the stack up for the small jobs.
  report.manyTasks = [];
  for (let i = 0; i < runs; i++) report.manyTasks.push(await measureTasks(stack, manyTasks));
  const seconds = report.manyTasks.map(run => run.seconds);
  console.log(
    `\n${manyTasks} map tasks of one line: ${median(seconds).toFixed(1)} s (bar: 10 s for 10,000); ${listed(seconds, 1)}`,
  );
  report.smallJobs = [];
  for (let i = 0; i < runs; i++) report.smallJobs.push(await measureLatency(stack, smallJobs));
  const p50s = report.smallJobs.map(run => run.p50);
  const p90 = median(report.smallJobs.map(run => run.p90));
  console.log(`1 KB job: p50 ${median(p50s).toFixed(0)} ms, p90 ${p90.toFixed(0)} ms (bar: 60); ${listed(p50s, 0)}`);
}

function print(entry) {
  const mb = figures => (figures === undefined ? '–' : figures.mbPerSecond.toFixed(1));
  const { engine, v8, opponent } = entry.references;
  console.log(`\n${entry.name}`);
  console.log(`  GridMR   ${entry.mbPerSecond.toFixed(1)} MB/s with 2 workers`);
  console.log(
    `  one thread: engine ${mb(engine)}, V8 ${mb(v8)}, ${opponent === undefined ? '' : `shell ${mb(opponent)} `}MB/s`,
  );
  const verdict =
    entry.bar === undefined ? 'no bar' : `bar ${entry.bar}: ${entry.ratio >= entry.bar ? 'kept' : 'missed'}`;
  console.log(
    `  ratio    ${entry.ratio.toFixed(2)} by the clock (${verdict}), ${entry.ratioByProcessor.toFixed(2)} by the processor`,
  );
  console.log(`  spilled  ${entry.spilledRecords} records, shuffled ${(entry.shuffleBytes / 1e6).toFixed(1)} MB`);
  console.log(`  memory   ${entry.processes.map(({ name, peakRssMb }) => `${name} ${peakRssMb} MB`).join(', ')}`);
}

function listed(figures, digits) {
  return figures.map(figure => figure.toFixed(digits)).join(', ');
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}
