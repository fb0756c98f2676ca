/**
 * `npm run demo`: the main job on real input. Starts the full stack in a directory of its own, counts the words of a book
 * through the REST API with two worker processes, and shows what came of it. Leaves no process and no file.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GridmrClient } from '@gridmr/client';
import type { Job, JobRequest } from '@gridmr/contracts';
import { createLogger, readSettings, stopSignal } from '@gridmr/runtime';
import { ProgressLine } from './progress-line.js';
import { printReport } from './report.js';
import { Stack } from './stack.js';

const book = 'pg-huckleberry_finn.txt';
const books = new URL('../../../data/books/', import.meta.url);
const workers = 2;

const wordCount: JobRequest = {
  name: 'Words of Huckleberry Finn',
  input_file: book,
  split_size_mb: 0.05,
  num_reducers: 2,
  map_function: `function map(line, ctx) {
  for (const word of line.toLowerCase().split(/[^a-z']+/)) {
    if (word !== '') ctx.emit(word, 1);
  }
}`,
  combine_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
  reduce_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
};

async function demo(signal: AbortSignal): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gridmr-demo-'));
  try {
    await cp(new URL(book, books), join(directory, book));
    const env = {
      ...process.env,
      GRIDMR_DATA_DIR: directory,
      GRIDMR_API_PORT: '0',
      // By itself and for itself: it shows no key.
      GRIDMR_API_HOST: '',
      GRIDMR_API_KEYS: '',
      GRIDMR_WORKERS: String(workers),
      GRIDMR_LOG_LEVEL: process.env.GRIDMR_LOG_LEVEL ?? 'error',
    };
    const settings = readSettings(env);
    const logger = createLogger({ level: settings.logLevel, service: 'launcher' });
    console.log(`Starting GridMR with ${workers} workers …`);
    await using stack = await Stack.start({ settings, logger, env });
    console.log(`GridMR ready on ${stack.url} (${stack.queueKind} queue)\n`);
    await countWords(new GridmrClient({ baseUrl: stack.url }), signal);
    console.log('\nStopping …');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function countWords(client: GridmrClient, signal: AbortSignal): Promise<void> {
  const submittedMs = performance.now();
  const { job_id } = await client.submit(wordCount);
  console.log(`Submitted job ${job_id}: ${wordCount.name}`);
  const progress = new ProgressLine(process.stdout);
  const job: Job = await client.waitFor(job_id, { signal, onStatus: status => progress.show(status) });
  const seconds = (performance.now() - submittedMs) / 1000;
  progress.end();
  await printReport(client, job, seconds);
  if (job.status !== 'completed') process.exitCode = 1;
}

try {
  await demo(stopSignal());
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
