/**
 * `node loadtest/local-run.mjs [megabytes] [rounds]`: word count by `gridmr run` beside the same job through a stack with as many workers as there are cores,
 * alternately, on one machine. The stack is warm after its first run, and its start is not counted; the start of the command, and that V8 compiles the engine anew, is.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { benchJobs } from './bench/bench-jobs.mjs';
import { benchWorkers, withStack } from './bench/bench-stack.mjs';
import { generateFile } from './bench/generate-data.mjs';

const run = promisify(execFile);
const command = fileURLToPath(new URL('../apps/cli/bin/gridmr.mjs', import.meta.url));
const megabytes = Math.min(Number(process.argv[2] ?? 200), 10_000);
const rounds = Math.min(Number(process.argv[3] ?? 5), 25);
const [job] = benchJobs;

const directory = await mkdtemp(join(tmpdir(), 'gridmr-local-run-'));
try {
  const file = generateFile(directory, job.input, megabytes);
  const jobFile = join(directory, 'job.json');
  await writeFile(jobFile, JSON.stringify({ name: job.name, num_reducers: 2, ...job.functions }));
  await withStack(async stack => {
    const first = await stack.run(job, file);
    console.log(
      `the stack's first run, whose workers have yet to compile: ${rate(first.seconds)} (${first.workerCpuSeconds.toFixed(1)} s of its workers)`,
    );
    const rows = [];
    for (let round = 1; round <= rounds; round++) {
      const local = await runLocally(jobFile, file);
      const { seconds, workerCpuSeconds } = await stack.run(job, file);
      rows.push({ local, stack: { seconds, cpuSeconds: workerCpuSeconds } });
      console.log(
        `${round}: gridmr run ${rate(local.seconds)} (${local.cpuSeconds.toFixed(1)} s of processor), ` +
          `stack ${rate(seconds)} (${workerCpuSeconds.toFixed(1)} s of its workers)`,
      );
    }
    const ratio = name => median(rows.map(row => row.stack[name] / row.local[name])).toFixed(2);
    console.log(
      `median over ${rounds}: ${ratio('seconds')} times the stack's speed by the clock, ${ratio('cpuSeconds')} by the processor`,
    );
  });
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** Its seconds, and those of all its threads together. */
async function runLocally(jobFile, file) {
  const output = join(directory, 'output');
  const started = performance.now();
  const args = ['run', jobFile, '-i', file, '-o', output, '-q', '--workers', String(benchWorkers)];
  const { stderr } = await run('bash', [
    '-c',
    'TIMEFORMAT="%U %S"; time "$@"',
    'bash',
    process.execPath,
    command,
    ...args,
  ]);
  const seconds = (performance.now() - started) / 1000;
  const [user, system] = stderr.trim().split(' ').map(Number);
  await rm(output, { recursive: true });
  return { seconds, cpuSeconds: user + system };
}

function rate(seconds) {
  return `${(megabytes / seconds).toFixed(1)} MB/s`;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
