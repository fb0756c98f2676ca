/**
 * A job with enough tasks, each slow enough, to be hit in any phase; whose exact output and counters the oracle knows. What
 * it stands at is read from the shared directory, which is the truth and costs the stack nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Job, type JobRequest, jobFiles, type TaskKind } from '@gridmr/contracts';
import { encodeKey, hashKey, type Key, partitionOf } from '@gridmr/engine';
import { makeText, type OracleResult, randomFor, runOracle, type TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';

export const mapTasks = 16;
export const reduceTasks = 4;
const lines = 160;
const pollMs = 1;

/** A moment in the life of a job: in a phase, when so many of its tasks are committed. */
export interface Moment {
  readonly phase: 'plan' | 'map' | 'barrier' | 'reduce' | 'commit';
  readonly committed: number;
}

const text = makeText(randomFor('chaos'), 'words', lines);
const input = 'slow/words.txt';

/** Turns of an empty loop: some milliseconds in the sandbox, none of which shows in the output. */
const program = {
  form: 'functions',
  map_function: `line => {
    for (let i = 0; i < 6e4; i++);
    return line.split(' ').filter(word => word).map(word => [word, 1]);
  }`,
  reduce_function: `(word, ones) => {
    for (let i = 0; i < 2e4; i++);
    return [word, ones.reduce((a, b) => a + b, 0)];
  }`,
} as const;

export const slowJob: JobRequest = {
  name: 'slow',
  input_file: input,
  map_function: program.map_function,
  reduce_function: program.reduce_function,
  num_reducers: reduceTasks,
  split_size_mb: text.length / mapTasks / 1024 / 1024,
};

/** For a whole suite: writes the input, and asks the oracle once. */
export async function prepareSlowJob(directory: TemporaryDirectory): Promise<OracleResult> {
  await directory.write(input, text);
  const asked = { program, inputs: [{ path: input, bytes: text }], numReducers: reduceTasks };
  return runOracle(asked, (key, reducers) => {
    const bytes = encodeKey(key as Key);
    return partitionOf(hashKey(bytes, 0, bytes.length), reducers);
  });
}

/** One moment of each phase, spread over its tasks, in a seeded order. */
export function momentsOf(count: number): Moment[] {
  const random = randomFor('moments');
  const phases = ['plan', 'map', 'map', 'barrier', 'reduce', 'commit'] as const;
  const committed = { plan: 0, map: mapTasks - 1, barrier: mapTasks, reduce: reduceTasks - 1, commit: reduceTasks };
  return Array.from({ length: count }, (_, i) => {
    const phase = phases[i % phases.length] ?? 'map';
    const most = committed[phase];
    return { phase, committed: phase === 'map' || phase === 'reduce' ? random.int(0, most) : most };
  });
}

export function describeMoment({ phase, committed }: Moment): string {
  return phase === 'map' || phase === 'reduce' ? `${phase} with ${committed} committed` : phase;
}

/** Whether the job has its verdict. */
export function hasEnded(directory: TemporaryDirectory, jobId: string): boolean {
  return existsSync(directory.resolve(jobFiles.verdict(jobId)));
}

/** Returns as soon as the job has come to the moment, or past it. */
export async function untilMoment(directory: TemporaryDirectory, jobId: string, moment: Moment): Promise<void> {
  const committed = (kind: TaskKind) => commitsIn(directory.resolve(jobFiles.taskDirectory(jobId, kind, 0)));
  const isPlanned = () => existsSync(directory.resolve(jobFiles.plan(jobId)));
  const isMapped = () => committed('map') >= mapTasks;
  const reached: Record<Moment['phase'], () => boolean> = {
    plan: () => existsSync(directory.resolve(jobFiles.asked(jobId))),
    map: () => isPlanned() && committed('map') >= moment.committed,
    barrier: isMapped,
    reduce: () => isMapped() && committed('reduce') >= moment.committed,
    commit: () => committed('reduce') >= reduceTasks,
  };
  await waitUntil(describeMoment(moment), () => hasEnded(directory, jobId) || reached[moment.phase](), {
    intervalMs: pollMs,
  });
}

function commitsIn(taskDirectory: string): number {
  if (!existsSync(taskDirectory)) return 0;
  return readdirSync(taskDirectory).filter(name => name.endsWith('.json')).length;
}

/** The output is exact, and the counters are those of one run. */
export function expectExact(directory: TemporaryDirectory, job: Job, expected: OracleResult): void {
  expect(job.error).to.equal(null);
  expect(job.status).to.equal('completed');
  const output = directory.resolve(job.spec.output_path);
  const names = readdirSync(output).sort();
  const parts = names.filter(name => name.startsWith('part-'));
  expect(names).to.deep.equal(['_SUCCESS', '_manifest.json', ...parts]);
  const wanted = expected.parts.map(partLines => partLines.map(line => `${line}\n`).join(''));
  expect(parts.map(name => readFileSync(`${output}/${name}`, 'utf8'))).to.deep.equal(wanted);
  const { map_input_records, map_output_records, reduce_output_records } = expected.counters;
  expect(job.counters).to.include({ map_input_records, map_output_records, reduce_output_records });
  expect(job.counters.failed_attempts).to.equal(0);
}

/** Ended jobs keep what was asked and how they ended, nothing else. */
export async function untilCleanedUp(directory: TemporaryDirectory, jobId: string): Promise<void> {
  await waitUntil('the clean-up', () => {
    const left = readdirSync(directory.resolve(jobFiles.directory(jobId)), { recursive: true })
      .sort()
      .join();
    if (left !== 'job.json,verdict.json') throw new Error(`of ${jobId} there are ${left}`);
    return true;
  });
}
