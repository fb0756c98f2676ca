/**
 * How many requests one API process answers: `node loadtest/requests.mjs [seconds] [status|jobs]`. Starts a full stack of its own with two workers, asks for the status of a
 * job as fast as it is answered, then submits tiny jobs the same way, each for so many seconds over so many connections, and waits until every accepted
 * job has completed. Prints figures, and the processor time that the API took for a request, which says the same on a busy machine. Rates are counted, as always, with
 * limits out of reach. Exits 1 if a bar is missed. Loopback only.
 */
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { withStack } from './bench/bench-stack.mjs';

const bars = { status: 2000, jobs: 200, p99Ms: 250 };
const connections = { status: 50, jobs: 20 };
const warmUpSeconds = 2;
const seconds = Math.min(Number(process.argv[2] ?? 10), 120);
const only = process.argv[3];
const settings = {
  GRIDMR_READS_PER_MINUTE: '10000000',
  GRIDMR_CHANGES_PER_MINUTE: '10000000',
  GRIDMR_CLIENT_JOBS: '100000',
};

const job = {
  name: 'tiny',
  input_file: 'tiny.txt',
  map_function: '(line) => line.split(" ").map(word => [word, 1])',
  reduce_function: '(word, ones) => [word, ones.reduce((a, b) => a + b, 0)]',
};

await withStack(
  async stack => {
    await stack.write('tiny.txt', 'to be or not to be\n');
    await stack.submit(job);
    const { job_id } = stack.lastJob;
    const status = { url: `${stack.url}/api/v1/jobs/${job_id}/status` };
    if (only !== 'jobs') report('GET /status', await load(stack, 'status', status), bars.status);
    const submission = {
      url: `${stack.url}/api/v1/jobs`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(job),
    };
    if (only === 'status') return;
    report('POST /jobs', await load(stack, 'jobs', submission), bars.jobs);
    await untilAllCompleted(stack);
  },
  2,
  settings,
);

async function load(stack, kind, request) {
  await autocannon({ ...request, connections: connections[kind], duration: warmUpSeconds });
  const before = await apiCpuSeconds(stack);
  const result = await autocannon({ ...request, connections: connections[kind], duration: seconds });
  const cpuMs = ((await apiCpuSeconds(stack)) - before) * 1000;
  return { ...result, cpuMs: cpuMs / result.requests.total };
}

async function apiCpuSeconds(stack) {
  return (await stack.processes())
    .filter(({ name }) => name === 'api')
    .reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

function report(what, { requests, latency, errors, timeouts, non2xx, cpuMs }, bar) {
  const failed = errors + timeouts + non2xx;
  const isMet = requests.average >= bar && latency.p99 < bars.p99Ms && failed === 0;
  if (!isMet) process.exitCode = 1;
  console.log(
    `${what}: ${Math.round(requests.average)} requests/s (bar ${bar}), p50 ${latency.p50} ms, p99 ${latency.p99} ms (bar ${bars.p99Ms} ms), ` +
      `${failed} failed, ${cpuMs.toFixed(2)} ms of the API's processor time each${isMet ? '' : ': MISSED'}`,
  );
}

/** Every accepted job has to complete; those that do not are counted until none is left, or nothing changes any more. */
async function untilAllCompleted(stack) {
  const started = performance.now();
  const standStillMs = 60_000;
  let left = Number.POSITIVE_INFINITY;
  let changedMs = started;
  while (left > 0 && performance.now() - changedMs < standStillMs) {
    await delay(1000);
    const { jobs } = await (await fetch(`${stack.url}/api/v1/metrics/system`)).json();
    const now = jobs.queued + jobs.running;
    if (now !== left) changedMs = performance.now();
    left = now;
    if (left === 0) {
      const bad = jobs.failed + jobs.cancelled;
      if (bad > 0) process.exitCode = 1;
      const waited = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${jobs.completed} accepted jobs completed, ${bad} did not; the last ${waited} s after the load`);
      return;
    }
  }
  process.exitCode = 1;
  console.log(`${left} accepted jobs have not completed: MISSED`);
}
