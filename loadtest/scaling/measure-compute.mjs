/**
 * Tasks that only compute, over numbers of workers: how much of them is lost to everything that is no task. In each round every number of workers has a fresh
 * stack for itself, one after the other, since a machine that others share is not equally fast for long; the median of the rounds counts.
 */
import { availableParallelism, loadavg } from 'node:os';
import { withStack } from '../bench/bench-stack.mjs';
import { judge, replaceThresholds } from '../load/judge-thresholds.mjs';
import { boundedNumber, listOf, median } from '../load/numbers.mjs';
import { printJudged, table } from '../load/print-report.mjs';
import { asManyAsCores } from './as-many-as-cores.mjs';

/** Each of some seconds, unless asked otherwise: what a task costs besides is measured elsewhere (`many-tasks.mjs`). */
const tasks = 24;
const turnsMax = 1e10;
/** Of those that are measured. */
const warmUpShare = 0.02;
const bytesPerMegabyte = 1024 * 1024;
const line = 'a task\n';
/** Two workers on two cores are to be 1.85 times as fast as one. */
const thresholds = [{ of: 'compute', figure: 'efficiency', min: 0.925 }];

export async function measureCompute({ workers = '1,2', iterations, turns, write, thresholds: given }) {
  const counts = listOf(workers, 1000).toSorted((a, b) => a - b);
  const loopTurns = Math.round(boundedNumber(turns, 1, turnsMax));
  const rounds = [];
  for (let round = 0; round < Math.round(boundedNumber(iterations, 1, 100)); round++) {
    const row = {};
    for (const count of counts) row[count] = await withStack(stack => measure(stack, loopTurns), count);
    rounds.push(row);
    console.log(
      `round ${round + 1}: ${counts.map(count => `${count}: ${row[count].seconds.toFixed(2)} s`).join(', ')}`,
    );
  }
  const rows = counts.map(count => summary(rounds, counts[0], count));
  report(rows, write);
  const judged = judge(replaceThresholds(thresholds, given), { compute: asManyAsCores(rows) }, []);
  printJudged(judged);
  return judged.every(({ kept }) => kept) ? 0 : 1;
}

async function measure(stack, loopTurns) {
  await stack.write('tasks.txt', line.repeat(tasks));
  await stack.submit(jobOf(Math.ceil(loopTurns * warmUpShare)));
  const before = await stack.cpuSecondsByName();
  const { seconds } = await stack.submit(jobOf(loopTurns));
  const after = await stack.cpuSecondsByName();
  const cpu = Object.fromEntries(Object.keys(after).map(name => [name, after[name] - (before[name] ?? 0)]));
  return { seconds, cpu };
}

function jobOf(turns) {
  return {
    name: 'compute',
    input_file: 'tasks.txt',
    split_size_mb: line.length / bytesPerMegabyte,
    speculative: false,
    map_function: `line => { for (let i = 0; i < ${turns}; i++); return [[line, 1]]; }`,
    reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
  };
}

function summary(rounds, least, workers) {
  const of = figure => median(rounds.map(figure));
  return {
    workers,
    seconds: of(round => round[workers].seconds),
    times_as_fast: of(round => round[least].seconds / round[workers].seconds),
    efficiency: of(round => (round[least].seconds * least) / (round[workers].seconds * workers)),
    worker_cpu_s: of(round => round[workers].cpu.worker ?? 0),
    api_cpu_s: of(round => round[workers].cpu.api ?? 0),
    queue_cpu_s: of(round => round[workers].cpu.queue ?? 0),
  };
}

function report(rows, write) {
  console.log(
    `\n${tasks} tasks that compute, ${availableParallelism()} cores, load of the machine at the end: ${loadavg()[0].toFixed(1)}\n`,
  );
  const cells = row => Object.values(row).map(value => (Number.isInteger(value) ? String(value) : value.toFixed(3)));
  table(Object.keys(rows[0]), rows.map(cells));
  console.log();
  write(
    'compute.json',
    `${JSON.stringify({ date: new Date().toISOString(), node: process.version, rows }, undefined, 2)}\n`,
  );
}
