/** A full stack with two workers, for one measured job: real processes, its data in a directory of its own. */
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GridmrClient } from '@gridmr/client';
import { Stack } from '@gridmr/launcher';
import { createLogger, readSettings } from '@gridmr/runtime';
import { descendants } from './process-figures.mjs';

export const benchWorkers = 2;

/** Starts a stack for `work`, and stops it however that ends. */
export async function withStack(work, workers = benchWorkers, settings = {}) {
  const stack = await BenchStack.start(workers, settings);
  try {
    return await work(stack);
  } finally {
    await stack.stop();
  }
}

class BenchStack {
  #stack;
  #directory;
  url;
  client;
  /** `{job_id}` of what was submitted last. */
  lastJob;

  constructor(stack, directory) {
    this.#stack = stack;
    this.#directory = directory;
    this.url = stack.url;
    this.client = new GridmrClient({ baseUrl: stack.url });
  }

  static async start(workers, settings) {
    const directory = await mkdtemp(join(tmpdir(), 'gridmr-bench-stack-'));
    const env = {
      ...process.env,
      GRIDMR_DATA_DIR: directory,
      GRIDMR_API_PORT: '0',
      GRIDMR_API_HOST: '',
      GRIDMR_API_KEYS: '',
      GRIDMR_WORKERS: String(workers),
      GRIDMR_LOG_LEVEL: 'error',
      ...settings,
    };
    const logger = createLogger({ level: 'error', service: 'launcher' });
    return new BenchStack(await Stack.start({ settings: readSettings(env), logger, env }), directory);
  }

  /** Where a file of the data directory lies. */
  path(name) {
    return join(this.#directory, name);
  }

  /** Writes an input file. */
  async write(name, text) {
    await writeFile(join(this.#directory, name), text);
  }

  /** Makes `file`, which must be on the same file system, an input of jobs: under its own name, or, in so many pieces, as a directory. Answers what to call it. */
  async place(file, files = 1) {
    const name = files === 1 ? basename(file) : `${basename(file)}-in-${files}`;
    const place = join(this.#directory, name);
    if (existsSync(place)) return name;
    if (files === 1) await link(file, place);
    else await cutFile(file, place, files);
    return name;
  }

  /** Runs a job over `file`, which must be on the same file system, and answers its seconds and figures. */
  async run(job, file) {
    const input_file = await this.place(file, job.files);
    const cpuBefore = await this.workerCpuSeconds();
    const request = { name: job.name, input_file, ...job.functions };
    const { seconds, counters } = await this.submit({ ...request, ...(job.mapOnly ? {} : { num_reducers: 2 }) });
    const figures = { spilledRecords: counters.spilled_records, shuffleBytes: counters.shuffle_bytes };
    const workerCpuSeconds = (await this.workerCpuSeconds()) - cpuBefore;
    return { seconds, workerCpuSeconds, figures };
  }

  /**
   * From submission until the client sees it completed, by the job's events: as people follow a job. Asking again and again would take the API processor time
   * that two workers on two cores have use for.
   */
  async submit(request) {
    const started = performance.now();
    const { job_id } = await this.client.submit(request);
    this.lastJob = { job_id };
    let end;
    for await (const status of this.client.watch(job_id)) end = status;
    const seconds = (performance.now() - started) / 1000;
    if (end.status !== 'completed') throw new Error(`${request.name}: ${end.status}, ${end.error?.message}`);
    return { seconds, counters: (await this.client.job(job_id)).counters };
  }

  processes() {
    return descendants();
  }

  /** Of all workers so far. */
  async workerCpuSeconds() {
    return (await this.cpuSecondsByName()).worker ?? 0;
  }

  /** So far, those of one name together: `{api, worker, queue}`. */
  async cpuSecondsByName() {
    const sums = {};
    for (const { name, cpuSeconds } of await descendants()) sums[name] = (sums[name] ?? 0) + cpuSeconds;
    return sums;
  }

  async stop() {
    await this.#stack[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Pieces of about the same size, cut behind lines. */
async function cutFile(file, directory, files) {
  const bytes = await readFile(file);
  await mkdir(directory);
  let start = 0;
  for (let i = 1; i <= files; i++) {
    const end = i === files ? bytes.length : bytes.indexOf('\n', Math.floor((bytes.length * i) / files)) + 1;
    await writeFile(join(directory, `${String(i).padStart(3, '0')}.txt`), bytes.subarray(start, end));
    start = end;
  }
}
