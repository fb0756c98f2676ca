/**
 * How long a small job takes on a warm stack, from submission until the client sees it completed: `node loadtest/small-job.mjs [jobs]`.
 * Starts a full stack of its own with two workers, runs jobs of 1 KB one after the other, prints percentiles. Loopback only.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GridmrClient } from '@gridmr/client';
import { Stack } from '@gridmr/launcher';
import { createLogger, readSettings } from '@gridmr/runtime';

const warmUpJobs = 20;
const jobs = Math.min(Number(process.argv[2] ?? 100), 10_000);
const inputBytes = 1024;
const pollMs = 2;

const job = {
  name: 'small job',
  input_file: 'small.txt',
  map_function: '(line, ctx) => { for (const word of line.split(" ")) ctx.emit(word, 1); }',
  reduce_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
};

const directory = await mkdtemp(join(tmpdir(), 'gridmr-small-job-'));
const env = {
  ...process.env,
  GRIDMR_DATA_DIR: directory,
  GRIDMR_API_PORT: '0',
  GRIDMR_WORKERS: '2',
  GRIDMR_LOG_LEVEL: 'error',
};
const settings = readSettings(env);
const stack = await Stack.start({ settings, logger: createLogger({ level: 'error', service: 'launcher' }), env });
try {
  await writeFile(join(directory, 'small.txt'), 'the quick brown fox jumps over it\n'.repeat(31).slice(0, inputBytes));
  const client = new GridmrClient({ baseUrl: stack.url });
  for (let i = 0; i < warmUpJobs; i++) await timeOne(client);
  const times = [];
  for (let i = 0; i < jobs; i++) times.push(await timeOne(client));
  times.sort((a, b) => a - b);
  const at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1);
  console.log(
    `${jobs} jobs of 1 KB, ${stack.queueKind} queue: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms`,
  );
} finally {
  await stack[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}

async function timeOne(client) {
  const start = performance.now();
  const { job_id } = await client.submit(job);
  const { status, error } = await client.waitFor(job_id, { pollMs });
  if (status !== 'completed') throw new Error(`${status}: ${error?.message}`);
  return performance.now() - start;
}
