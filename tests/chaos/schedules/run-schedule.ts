/**
 * Runs a schedule: its jobs at once, its faults one after the other, each when the job that it watches has come so far. Afterwards
 * each job must be completed with exactly the oracle's output, nothing else may stand in the output path, no committed task may
 * have run again, and nothing but what was asked and decided may be left of the job's own files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Job, leftoversSoughtKey } from '@gridmr/contracts';
import { type OracleResult, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { CommitWatch } from '../commit-watch.js';
import { untilCleanedUp } from '../slow-job.js';
import { type ChaosJob, expectedOf } from './chaos-job.js';
import type { ChaosSchedule, Fault } from './chaos-schedule.js';
import type { ChaosStack } from './chaos-stack.js';
import { type Afterwards, doFault } from './faults.js';
import { progressOf } from './job-progress.js';

const jobMs = 120_000;
const pollMs = 2;

export interface ScheduleResult {
  readonly seconds: number;
  readonly jobs: number;
  /** Faults that came before the verdict of the job that they watched. */
  readonly hits: number;
  readonly faults: number;
  readonly lostAttempts: number;
}

export async function runSchedule(stack: ChaosStack, schedule: ChaosSchedule): Promise<ScheduleResult> {
  const startedMs = performance.now();
  const signal = AbortSignal.timeout(jobMs);
  const expected = await Promise.all(schedule.jobs.map(expectedOf));
  const ids = await submitAll(stack, schedule.jobs, signal);
  const watches = ids.map(id => new CommitWatch(stack.directory, id));
  try {
    const hits = await doFaults(stack, schedule.faults, ids);
    let lostAttempts = 0;
    for (const [i, id] of ids.entries()) {
      const job = await ended(stack, id, signal);
      expectExactJob(stack, job, schedule.jobs[i] as ChaosJob, expected[i] as OracleResult);
      await persistently(signal, async () => watches[i]?.expectNoRepetition(stack.client));
      // What a late attempt leaves behind is looked for every few minutes; here, now.
      await persistently(signal, () => stack.redis.del(leftoversSoughtKey));
      await untilCleanedUp(stack.directory, id);
      lostAttempts += job.counters.lost_attempts ?? 0;
    }
    const seconds = (performance.now() - startedMs) / 1000;
    return { seconds, jobs: ids.length, hits, faults: schedule.faults.length, lostAttempts };
  } finally {
    for (const watch of watches) watch[Symbol.dispose]();
  }
}

async function submitAll(stack: ChaosStack, jobs: readonly ChaosJob[], signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (const { request, asked } of jobs) {
    for (const { path, bytes } of asked.inputs) await stack.directory.write(path, bytes);
    ids.push(await persistently(signal, async () => (await stack.client.submit(request)).job_id));
  }
  return ids;
}

async function doFaults(stack: ChaosStack, faults: readonly Fault[], ids: readonly string[]): Promise<number> {
  const afterwards: Afterwards = [];
  let hits = 0;
  for (const { kind, job, progress, pick } of faults) {
    const id = ids[job] as string;
    const reached = () => progressOf(stack.directory, id) >= progress;
    await waitUntil(`${progress} of ${id}`, reached, { intervalMs: pollMs, timeoutMs: jobMs });
    if (progressOf(stack.directory, id) < 1) hits++;
    await doFault[kind](stack, pick, afterwards);
  }
  await Promise.all(afterwards);
  return hits;
}

/** Waits for the end of a job, across answers that do not come. */
function ended(stack: ChaosStack, id: string, signal: AbortSignal): Promise<Job> {
  return persistently(signal, () => stack.client.waitFor(id, { signal }));
}

/** Asks again while the API, or what it stands on, is being started again; anything that is not an answer of the network is final. */
async function persistently<Value>(signal: AbortSignal, ask: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !isOutage(error)) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

function isOutage(error: unknown): boolean {
  const { name, status } = error as { name?: string; status?: number };
  return name === 'ConnectionError' || status === 503;
}

function expectExactJob(stack: ChaosStack, job: Job, { asked }: ChaosJob, expected: OracleResult): void {
  expect(job.error).to.equal(null);
  expect(job.status).to.equal('completed');
  const output = stack.directory.resolve(job.spec.output_path);
  const names = readdirSync(output).sort();
  const parts = names.filter(name => name.startsWith('part-'));
  expect(names).to.deep.equal(['_SUCCESS', '_manifest.json', ...parts]);
  const found = parts.map(name => textOf(readFileSync(`${output}/${name}`), job));
  const wanted = expected.parts.map(lines => lines.map(line => `${line}\n`).join(''));
  // A map-only job has a part per split; the oracle, one for all.
  expect(asked.numReducers === 0 ? [found.join('')] : found).to.deep.equal(wanted);
  const { map_input_records, reduce_output_records } = expected.counters;
  expect(job.counters).to.include({ map_input_records, reduce_output_records, failed_attempts: 0 });
}

function textOf(bytes: Buffer, { spec }: Job): string {
  return String(spec.output_compression === 'gzip' ? gunzipSync(bytes) : bytes);
}
