/**
 * What it costs to lose workers: `node loadtest/killed-workers.mjs [rounds] [tasks] [turns]`. A job of a hundred map tasks that compute takes about a minute on two
 * workers; then the same job again while one attempt in nine is killed with its worker process (SIGKILL, at seeded moments spread over the job). The
 * stack starts the processes again by itself. Alternates both, and prints each and the medians. Loopback and processes of its own only.
 */
import { Random } from '@gridmr/testkit';
import { withStack } from './bench/bench-stack.mjs';
import { median } from './load/numbers.mjs';

const rounds = Math.min(Number(process.argv[2] ?? 5), 50);
const tasks = Math.min(Number(process.argv[3] ?? 100), 1000);
const killedShare = 0.11;
const kills = Math.round(tasks * killedShare);
/** Turns of an empty loop, all in one record: some 1.2 s in the sandbox. */
const turns = Number(process.argv[4] ?? 2.4e7);
/** Often enough for the moments, which are 600 ms apart, and seldom enough to cost the job nothing. */
const pollMs = 100;

await withStack(async stack => {
  // Lines are of one length, so each split has one.
  const lines = Array.from({ length: tasks }, (_, i) => `task ${String(i).padStart(4, '0')}\n`);
  await stack.write('tasks.txt', lines.join(''));
  const request = {
    name: 'killed workers',
    input_file: 'tasks.txt',
    map_function: `line => { for (let i = 0; i < ${turns}; i++); return [[line, 1]]; }`,
    reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
    split_size_mb: lines[0].length / 1024 / 1024,
    speculative: false,
  };
  const quiet = [];
  const hit = [];
  for (let round = 0; round < rounds; round++) {
    quiet.push((await stack.submit(request)).seconds);
    stack.lastJob = undefined;
    const random = new Random(round + 1);
    const running = stack.submit(request);
    const stop = new AbortController();
    const killing = killWorkers(stack, random, stop.signal);
    const { seconds, counters } = await running;
    stop.abort();
    hit.push(seconds);
    const killed = await killing;
    console.log(
      `without kills ${quiet.at(-1).toFixed(1)} s; with ${killed} workers killed ${seconds.toFixed(1)} s, ${counters.lost_attempts} attempts lost`,
    );
  }
  const [without, withKills] = [median(quiet), median(hit)];
  const more = (withKills / without - 1) * 100;
  console.log(
    `median of ${rounds}: ${without.toFixed(1)} s without, ${withKills.toFixed(1)} s with ${kills} kills in ${tasks} tasks: ` +
      `+${(withKills - without).toFixed(1)} s (${more.toFixed(1)} %)`,
  );
});

/** Kills a worker each time that the job has come as far as the next moment, all of them within its first nine tenths. */
async function killWorkers(stack, random, signal) {
  const moments = Array.from({ length: kills }, () => random.int(1, Math.floor(tasks * 0.9))).sort((a, b) => a - b);
  let killed = 0;
  while (killed < moments.length && !signal.aborted) {
    await new Promise(resolve => setTimeout(resolve, pollMs));
    if (stack.lastJob === undefined) continue;
    const { tasks: progress } = await stack.client.status(stack.lastJob.job_id);
    if (progress.map.completed < moments[killed] || progress.map.running === 0) continue;
    const workers = (await stack.processes()).filter(({ name }) => name === 'worker');
    if (workers.length === 0) continue;
    process.kill(random.pick(workers).pid, 'SIGKILL');
    killed++;
  }
  return killed;
}
