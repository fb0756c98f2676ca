/**
 * Jobs one task of which takes for ever in its first attempts, and no time in any later one; and what the oracle says of them. A task that looks at the
 * number of its attempt is the one way for a program to be slow in one place and quick in another.
 */
import { type Attempt, type Job, type JobRequest, taskId } from '@gridmr/contracts';
import { encodeKey, hashKey, type Key, partitionOf } from '@gridmr/engine';
import { type OracleResult, runOracle, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import type { RunningStack } from '../end-to-end/running-stack.js';

const lineBytes = 8;
const map_function = 'line => [[Number(line), 1]]';
const reduce_function = '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]';
const plain = { form: 'functions', map_function, reduce_function } as const;

export interface Straggling {
  readonly phase: 'map' | 'reduce';
  readonly tasks: number;
  /** Tasks that take for ever, */
  readonly stragglers: readonly number[];
  /** in so many attempts. */
  readonly attempts?: number;
}

/** Writes the input, one line a task. Each key has a reduce task of its own. */
export async function stragglingJob(stack: RunningStack, what: Straggling): Promise<JobRequest> {
  const { phase, tasks, stragglers, attempts = 1 } = what;
  const name = `${phase}-${tasks}.txt`;
  await stack.directory.write(name, textOf(tasks));
  const spin = `if (${JSON.stringify(stragglers)}.includes(Number(key)) && ctx.task.attempt <= ${attempts}) for (;;);`;
  const slow = {
    map: { map_function: `(key, ctx) => { ${spin} return [[Number(key), 1]]; }`, reduce_function },
    reduce: {
      map_function,
      partition_function: 'key => key',
      reduce_function: `(key, ones, ctx) => { ${spin} return [key, ones.reduce((a, b) => a + b, 0)]; }`,
    },
  };
  return {
    name: `straggling ${phase}`,
    input_file: name,
    num_reducers: phase === 'reduce' ? tasks : 2,
    split_size_mb: (phase === 'map' ? lineBytes : lineBytes * tasks) / (1024 * 1024),
    // One failure would end the job: stopped and lost attempts are none.
    max_attempts: 1,
    ...slow[phase],
  };
}

function textOf(tasks: number): string {
  return Array.from({ length: tasks }, (_, i) => `${String(i).padStart(lineBytes - 1, '0')}\n`).join('');
}

function expectedOf({ phase, tasks }: Straggling): Promise<OracleResult> {
  const inputs = [{ path: 'input', bytes: Buffer.from(textOf(tasks)) }];
  const numReducers = phase === 'reduce' ? tasks : 2;
  return runOracle({ program: plain, inputs, numReducers }, (key, reducers) => {
    if (phase === 'reduce') return Number(key);
    const bytes = encodeKey(key as Key);
    return partitionOf(hashKey(bytes, 0, bytes.length), reducers);
  });
}

/** Completed, exactly, and nothing but output and verdict is left. */
export async function expectComplete(stack: RunningStack, job: Job, what: Straggling): Promise<void> {
  expect(job.error).to.equal(null);
  expect(job.status).to.equal('completed');
  const parts = [...(await stack.parts(job)).values()].map(part => part.toString());
  const { parts: partLines } = await expectedOf(what);
  const wanted = partLines.map(lines => lines.map(line => `${line}\n`).join(''));
  expect(parts).to.deep.equal(wanted);
  expect(job.counters).to.include({ map_input_records: what.tasks, failed_attempts: 0 });
}

/** Nothing is left but what was asked and how it ended: neither intermediates nor what a stopped attempt wrote. */
export async function untilTidy(stack: RunningStack, jobId: string): Promise<void> {
  await waitUntil('the clean-up', async () => (await stack.ownFiles(jobId)).join() === 'job.json,verdict.json');
}

export async function attemptsOf(
  stack: Pick<RunningStack, 'client'>,
  jobId: string,
  phase: Straggling['phase'],
  index: number,
): Promise<Attempt[]> {
  const { items } = await stack.client.tasks(jobId, { kind: phase, limit: 1000 });
  return items.find(({ task_id }) => task_id === taskId(jobId, phase, index))?.attempts ?? [];
}

/** As `1 cancelled, 2 committed speculative`. */
export function describeAttempts(attempts: readonly Attempt[]): string {
  return attempts
    .map(({ attempt, state, speculative }) => `${attempt} ${state}${speculative ? ' speculative' : ''}`)
    .join(', ');
}

/** Waits until an attempt is told of as running. Returns the process of its worker. */
export async function workerOf(
  stack: Pick<RunningStack, 'client'>,
  jobId: string,
  phase: Straggling['phase'],
  index: number,
  attempt: number,
): Promise<number> {
  const workerId = await waitUntil(`attempt ${attempt} of ${phase} ${index}`, async () => {
    const found = (await attemptsOf(stack, jobId, phase, index)).find(each => each.attempt === attempt);
    return found?.state === 'running' && found.worker_id;
  });
  return Number(workerId.split('-').at(-2));
}

/** Milliseconds between the ends of two attempts. */
export function endedAfterMs(first: Attempt | undefined, second: Attempt | undefined): number {
  return Date.parse(second?.finished_at ?? '') - Date.parse(first?.finished_at ?? '');
}
