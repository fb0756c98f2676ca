/** What the stack is compared with, measured in the same run, each in a process of its own. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../load/numbers.mjs';

const run = promisify(execFile);
const engineEntry = fileURLToPath(new URL('engine-limit.mjs', import.meta.url));
const v8Entry = fileURLToPath(new URL('v8-limit.mjs', import.meta.url));

/**
 * Answers `{engine, v8, opponent}`, each `{seconds, cpuSeconds}`; `opponent` is undefined where there is none. An opponent is done within a second or two, and of
 * such a short time one run says little: it is the median one of `runs`.
 */
export async function measureReferences(file, job, runs) {
  const engine = await measureScript(engineEntry, file, job);
  const v8 = await measureScript(v8Entry, file, job);
  if (job.opponent === undefined) return { engine, v8 };
  const measured = [];
  for (let i = 0; i < runs; i++) measured.push(await measureShell(job.opponent, file));
  const middle = median(measured.map(({ seconds }) => seconds));
  return { engine, v8, opponent: measured.find(({ seconds }) => seconds === middle) };
}

async function measureScript(entry, file, job) {
  const { stdout } = await run(process.execPath, ['--max-old-space-size=8192', entry, file, job.name]);
  const { seconds, cpuSeconds } = JSON.parse(stdout);
  return { seconds, cpuSeconds };
}

/**
 * `command` reads the file and writes another, as a job does, though nobody forces that to the disk. (Where its output is thrown away, `grep` stops at the first line that it
 * finds.) `times` of bash tells the processor time of its children.
 */
async function measureShell(command, file) {
  const output = `${file}.shell`;
  const started = performance.now();
  const script = `{ ${command} < "$1"; } > "$2" && times`;
  const { stdout } = await run('bash', ['-c', script, 'bash', file, output]);
  const seconds = (performance.now() - started) / 1000;
  await rm(output);
  const [, ofChildren] = stdout.trim().split('\n');
  const cpuSeconds = ofChildren
    .split(' ')
    .map(time => /(\d+)m([\d.]+)s/.exec(time))
    .reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  return { seconds, cpuSeconds };
}
