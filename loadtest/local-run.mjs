/**
 * `node loadtest/local-run.mjs [megabytes] [rounds]`: word count by `gridmr run` beside the same job through a stack with as many workers as there are cores,
 * in turns, on one machine. Through the stack twice: by the command `gridmr submit --follow`, from its start to its end as `gridmr run`, and from the
 * submission to completion, by a client that runs already. The input is in the data directory before, and the stack is warm after its first run; its start is not counted,
 * while `gridmr run` starts threads, and V8 compiles the engine anew for them.
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
  await withStack(async stack => {
    const first = await stack.run(job, file);
    console.log(
      `the stack's first run, whose workers have yet to compile: ${rate(first.seconds)} (${first.workerCpuSeconds.toFixed(1)} s of its workers)`,
    );
    const rows = [];
    for (let round = 1; round <= rounds; round++) {
      const local = await runLocally(jobFile, file);
      const { seconds, workerCpuSeconds } = await stack.run(job, file);
      const submitted = await submitByCommand(stack, jobFile, file);
      rows.push({ local, stack: { seconds, cpuSeconds: workerCpuSeconds }, submitted });
      console.log(
        `${round}: gridmr run ${rate(local.seconds)} (${local.cpuSeconds.toFixed(1)} s of processor), ` +
          `gridmr submit --follow ${rate(submitted.seconds)}, ` +
          `submission to completion ${rate(seconds)} (${workerCpuSeconds.toFixed(1)} s of its workers)`,
      );
    }
    const ratio = (name, other) => median(rows.map(row => row[other][name] / row.local[name])).toFixed(2);
    console.log(
      `median over ${rounds}, gridmr run beside the stack: ${ratio('seconds', 'submitted')} times its speed from command to command, ` +
        `${ratio('seconds', 'stack')} beside submission to completion (by the processor ${ratio('cpuSeconds', 'stack')})`,
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

/** Until the results are printed, which are a few lines. */
async function submitByCommand(stack, jobFile, file) {
  const started = performance.now();
  await run(process.execPath, [command, 'submit', jobFile, '-i', basename(file), '--follow', '-q', '--url', stack.url]);
  return { seconds: (performance.now() - started) / 1000 };
}

function rate(seconds) {
  return `${(megabytes / seconds).toFixed(1)} MB/s`;
}
