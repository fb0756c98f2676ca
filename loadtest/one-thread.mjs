/**
 * `node [--cpu-prof] loadtest/one-thread.mjs <part of a bench job's name> [megabytes] [rounds]`: one map attempt and its reduce attempts in this very thread, without queue, API or
 * workers; for profilers. Prints MB per second of
 * processor time of each round, which a busy machine changes less than time by the clock.
 */

import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readInputBlocks, runMapAttempt, runReduceAttempt, SortMemory } from '@gridmr/engine';
import { compileQuickJs, functionsOf, openQuickJsSandbox } from '@gridmr/sandbox';
import { openFsStore } from '@gridmr/storage';
import { benchJobs } from './bench/bench-jobs.mjs';
import { generateFile } from './bench/generate-data.mjs';
import { cpuSecondsOfProcess } from './bench/process-figures.mjs';

const job = benchJobs.find(({ name }) => name.includes(process.argv[2] ?? ''));
const megabytes = Math.min(Number(process.argv[3] ?? 30), 1000);
const rounds = Math.min(Number(process.argv[4] ?? 3), 100);
const reducers = job.mapOnly ? 0 : 2;
const memoryBytes = 256 * 1024 * 1024;

const directory = process.env.GRIDMR_BENCH_DIR ?? (await mkdtemp(join(tmpdir(), 'gridmr-one-thread-')));
const path = basename(generateFile(directory, job.input, megabytes));
const bytes = statSync(join(directory, path)).size;
const store = await openFsStore(directory);
const { module, build } = await compileQuickJs();
const source = { form: 'functions', ...job.functions };
const functions = await functionsOf(source);
const memory = new SortMemory();
console.log(`${job.name}, ${megabytes} MB, ${build} build`);

for (let round = 0; round < rounds; round++) {
  const started = cpuMs();
  const map = await withSandbox(`segment-${round}`, (sandbox, output) =>
    runMapAttempt({
      blocks: readInputBlocks({
        split: { ranges: [{ path, start: 0, end: bytes, file_bytes: bytes }] },
        format: 'text',
        open: path => store.openReader(path),
      }),
      sandbox,
      context: context('map', null, { path, split: 0 }),
      output,
      reducers,
      outputFormat: 'tsv',
      scratch: directory,
      memory,
    }),
  );
  const mapped = cpuMs();
  for (let partition = 0; partition < reducers; partition++) {
    await withSandbox(`part-${round}-${partition}`, (sandbox, output) =>
      runReduceAttempt({
        sources: { bytes: [map.bytes], open: () => store.openReader(`segment-${round}`) },
        partition,
        sandbox,
        context: context('reduce', partition, null),
        output,
        outputFormat: 'tsv',
        scratch: directory,
      }),
    );
  }
  const ended = cpuMs();
  const rate = ms => (bytes / 1000 / ms).toFixed(1);
  console.log(
    `map ${(mapped - started).toFixed(0)} ms, reduce ${(ended - mapped).toFixed(0)} ms: ${rate(ended - started)} MB/s (map alone ${rate(mapped - started)})`,
  );
  await store.remove(`segment-${round}`);
  for (let partition = 0; partition < reducers; partition++) await store.remove(`part-${round}-${partition}`);
}
if (process.env.GRIDMR_BENCH_DIR === undefined) await rm(directory, { recursive: true });

function cpuMs() {
  return cpuSecondsOfProcess() * 1000;
}

function context(phase, partition, input) {
  return {
    jobId: 'j1',
    taskId: 'j1-m-00000',
    attempt: 1,
    phase,
    partition,
    numReducers: reducers,
    parameters: {},
    nowMs: 0,
    input,
  };
}

async function withSandbox(path, work) {
  const output = await store.createWriter(path);
  const sandbox = await openQuickJsSandbox({ module, source, functions, memoryBytes, deadlineMs: 600_000 });
  const made = await work(sandbox, output);
  sandbox[Symbol.dispose]();
  await output.commit({ durable: false });
  return made;
}
