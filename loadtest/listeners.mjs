/**
 * What it costs the API to tell many listeners: `node loadtest/listeners.mjs [listeners] [tasks]`. Starts a full stack of its own with two workers, opens so many
 * connections to the events of one job of so many map tasks, in processes of their own, and runs it. Every listener must see every
 * task completed, once, and `done`. Prints the greatest memory of the API and its processor time. Loopback only.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { withStack } from './bench/bench-stack.mjs';

const bars = { api: 256 };
const perProcess = 250;
const listeners = Math.min(Number(process.argv[2] ?? 1000), 5000);
const tasks = Math.min(Number(process.argv[3] ?? 5000), 100_000);
const entry = fileURLToPath(new URL('./bench/listen-to-job.mjs', import.meta.url));

await withStack(async stack => {
  const line = 'seven b\n';
  await stack.write('lines.txt', line.repeat(tasks));
  // The gate keeps the job in its queue until all are listening.
  const gate = await openGate(stack);
  const { job_id: jobId } = await stack.client.submit({
    name: 'many tasks',
    input_file: 'lines.txt',
    split_size_mb: line.length / (1024 * 1024),
    map_function: 'line => [[line, 1]]',
    reduce_function: '(word, counts) => [word, counts.toArray().length]',
  });
  const crowds = await Promise.all(
    Array.from({ length: Math.ceil(listeners / perProcess) }, (_, i) =>
      openCrowd(stack, jobId, Math.min(perProcess, listeners - i * perProcess)),
    ),
  );
  const before = await api(stack);
  const started = performance.now();
  await gate.open();
  const told = (await Promise.all(crowds.map(crowd => crowd.outcome))).flat();
  const seconds = (performance.now() - started) / 1000;
  const after = await api(stack);
  const whole = told.filter(({ done, completed }) => done && completed === tasks).length;
  const twice = told.filter(({ repeated }) => repeated > 0).length;
  const events = told.reduce((sum, one) => sum + one.events, 0) / told.length;
  const bytes = told.reduce((sum, one) => sum + one.bytes, 0) / told.length;
  console.log(`${listeners} listeners, ${tasks} map tasks: all told after ${seconds.toFixed(1)} s`);
  console.log(`  ${whole} saw every task completed and done, ${twice} saw a task completed twice`);
  console.log(`  ${events.toFixed(0)} events and ${(bytes / 1000).toFixed(0)} KB for each`);
  const cpu = after.cpuSeconds - before.cpuSeconds;
  const tooBig = after.peakRssMb > bars.api;
  console.log(`  API: at most ${after.peakRssMb} MB${tooBig ? '  TOO MUCH' : ''}, ${cpu.toFixed(1)} s of processor`);
  if (tooBig || whole < listeners || twice > 0) process.exitCode = 1;
});

/** Jobs that take both slots, until the gate is opened. */
async function openGate(stack) {
  await stack.write('gate.txt', 'one\ntwo\n');
  const { job_id } = await stack.client.submit({
    name: 'gate',
    input_file: 'gate.txt',
    split_size_mb: 4 / (1024 * 1024),
    map_function: '() => { for (;;); }',
  });
  for (;;) {
    const { tasks } = await stack.client.status(job_id);
    if (tasks.map.running === 2) break;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return { open: () => stack.client.cancel(job_id) };
}

async function openCrowd(stack, jobId, count) {
  const child = fork(entry, [stack.url, jobId, String(count)]);
  await once(child, 'message');
  return { outcome: once(child, 'message').then(([outcome]) => outcome) };
}

async function api(stack) {
  return (await stack.processes()).find(({ name }) => name === 'api');
}
