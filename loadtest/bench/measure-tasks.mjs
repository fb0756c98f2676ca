/** What a job costs that has next to nothing to compute: small ones one after the other, and one with very many tasks. */
const warmUpJobs = 20;
const smallText = 'the quick brown fox jumps over it\n'.repeat(31).slice(0, 1024);
const functions = {
  map_function: '(line, ctx) => { for (const word of line.split(" ")) ctx.emit(word, 1); }',
  reduce_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
};

/** Milliseconds from submission to completion of 1 KB jobs on a warm stack. */
export async function measureLatency(stack, jobs) {
  await stack.write('small.txt', smallText);
  const request = { name: 'small job', input_file: 'small.txt', ...functions };
  for (let i = 0; i < warmUpJobs; i++) await stack.submit(request);
  const times = [];
  for (let i = 0; i < jobs; i++) times.push((await stack.submit(request)).seconds * 1000);
  times.sort((a, b) => a - b);
  const at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return { jobs, p50: at(0.5), p90: at(0.9), p99: at(0.99), least: times[0] };
}

/** One job of so many map tasks, each of one line. */
export async function measureTasks(stack, tasks) {
  const line = 'seven b\n';
  await stack.write('lines.txt', line.repeat(tasks));
  const splitSizeMb = line.length / (1024 * 1024);
  const request = { name: 'many tasks', input_file: 'lines.txt', split_size_mb: splitSizeMb, ...functions };
  const { seconds, counters } = await stack.submit(request);
  if (counters.map_input_records !== tasks) throw new Error(`${counters.map_input_records} records of ${tasks}`);
  return { tasks, seconds };
}
