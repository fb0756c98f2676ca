/** The same job without a straggler, with one, and with one and no speculation; in turn, so that what else the machine does hits all alike. */
import { SlowedProcess, waitUntil } from '@gridmr/testkit';

const tasks = { map: 30, reduce: 30 };
/** Turns of an empty loop that each task takes. */
const turns = 25_000_000;
const slowedTimes = 20;
/** A straggler late in its phase costs most: before, others take over what it would have done. */
const completedShare = 0.6;
/** It is one that has just begun. An attempt is told of as running after 0.3 s. */
const begunMsMax = 450;
const lineBytes = 8;
const spin = `for (let i = 0; i < ${turns}; i++);`;

const jobs = {
  map: {
    map_function: `(line, ctx) => { ${spin} ctx.emit(line, 1); }`,
    reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
    split_size_mb: lineBytes / (1024 * 1024),
  },
  reduce: {
    map_function: '(line, ctx) => ctx.emit(Number(line), 1)',
    partition_function: 'key => key',
    reduce_function: `(line, ones) => { ${spin} return [line, ones.reduce((a, b) => a + b, 0)]; }`,
    num_reducers: tasks.reduce,
  },
};

export async function measureStraggler(stack, phase, rounds) {
  const input = `${phase}.txt`;
  const lines = Array.from({ length: tasks[phase] }, (_, i) => String(i).padStart(lineBytes - 1, '0'));
  await stack.write(input, lines.map(line => `${line}\n`).join(''));
  const request = { name: `straggler in ${phase}`, input_file: input, ...jobs[phase] };
  const runs = { alone: [], speculative: [], without: [] };
  for (let round = 0; round < rounds; round++) {
    runs.alone.push(await stack.submit(request));
    runs.speculative.push(await withStraggler(stack, phase, request));
    runs.without.push(await withStraggler(stack, phase, { ...request, speculative: false }));
  }
  return Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, median(all)]));
}

/** Slows a worker that is at a task when most of them are completed, until the job has ended. */
async function withStraggler(stack, phase, request) {
  const running = stack.submit(request);
  running.catch(() => undefined);
  const pid = await waitUntil('a straggler to be', () => workerAtTask(stack, phase));
  const slowed = new SlowedProcess(pid, slowedTimes);
  try {
    const { seconds } = await running;
    return { seconds, times: slowed.times };
  } finally {
    slowed[Symbol.dispose]();
  }
}

async function workerAtTask({ client, lastJob }, phase) {
  const { tasks: counts } = await client.status(lastJob.job_id);
  if (counts[phase].total === 0 || counts[phase].completed < counts[phase].total * completedShare) return undefined;
  const { items } = await client.tasks(lastJob.job_id, { kind: phase, state: 'running' });
  const attempts = items.flatMap(task => task.attempts);
  const attempt = attempts.find(({ started_at }) => Date.now() - Date.parse(started_at) < begunMsMax);
  return attempt && Number(attempt.worker_id.split('-').at(-2));
}

function median(runs) {
  return runs.sort((a, b) => a.seconds - b.seconds)[Math.floor(runs.length / 2)];
}
