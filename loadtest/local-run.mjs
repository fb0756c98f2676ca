/**
 * `node loadtest/local-run.mjs [megabytes] [rounds]`: word count by `gridmr run` beside the same job through a stack with as many workers as there are cores,
 * in turns, on one machine. Each round has a stack of its own, which is asked three times: for its first job and for its second, by the command
 * `gridmr submit --follow`, from its start to its end as `gridmr run`; and for a third, from submission to completion, by a client that runs already. `gridmr run` and the
 * first job have new processes in common, for which V8 compiles the engine; the others find all compiled. The stack's start is not counted, and the input is in its data
 * directory before.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { benchJobs } from './bench/bench-jobs.mjs';
import { benchWorkers, withStack } from './bench/bench-stack.mjs';
import { generateFile } from './bench/generate-data.mjs';
import { median } from './load/numbers.mjs';

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
  const rows = [];
  for (let round = 1; round <= rounds; round++) {
    const local = await runLocally(jobFile, file);
    const row = { local, ...(await withStack(stack => runThroughStack(stack, jobFile, file))) };
    rows.push(row);
    console.log(
      `${round}: gridmr run ${rate(local)} (${local.cpuSeconds.toFixed(1)} s of processor); gridmr submit --follow: first job ${rate(row.first)}, ` +
        `second ${rate(row.second)}; submission to completion ${rate(row.third)} (${row.third.cpuSeconds.toFixed(1)} s of its workers)`,
    );
  }
  const ratio = other => median(rows.map(row => row[other].seconds / row.local.seconds)).toFixed(2);
  console.log(
    `median over ${rounds}, the speed of gridmr run beside a stack: ${ratio('first')} of its first job and ${ratio('second')} of its second from command to command, ` +
      `${ratio('third')} of a warm one from submission to completion`,
  );
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

async function runThroughStack(stack, jobFile, file) {
  await stack.place(file);
  const first = await submitByCommand(stack, jobFile, file);
  const second = await submitByCommand(stack, jobFile, file);
  const { seconds, workerCpuSeconds } = await stack.run(job, file);
  return { first, second, third: { seconds, cpuSeconds: workerCpuSeconds } };
}

/** Until the results are printed, which are a few lines. */
async function submitByCommand(stack, jobFile, file) {
  const started = performance.now();
  await run(process.execPath, [command, 'submit', jobFile, '-i', basename(file), '--follow', '-q', '--url', stack.url]);
  return { seconds: (performance.now() - started) / 1000 };
}

function rate({ seconds }) {
  return `${(megabytes / seconds).toFixed(1)} MB/s`;
}
