/**
 * What bad records cost: a job of a million records, of which a thousand are bad and skipped, beside the same job over the same input without any, where bad
 * records may be skipped too, and where they may not. `node loadtest/bad-records.mjs [rounds]`. The three take turns, each by its shortest time on the clock
 * and its least processor time of both workers. Also looks whether each bad record is listed once, at its place. Loopback only.
 */
import { benchWorkers, withStack } from './bench/bench-stack.mjs';

const records = 1_000_000;
const everyBad = 1000;
const barPercent = 10;
const rounds = Math.min(Number(process.argv[2] ?? 5), 100);

const words = ['the', 'quick', 'brown', 'fox', 'jumps', 'over', 'a', 'lazy', 'dog'];
const isBad = i => i % everyBad === everyBad / 2;

/** Where a line is bad, its first word is one that `map` does not like, as long as the good one's. */
function input(withBad) {
  const lines = [];
  const places = [];
  let offset = 0;
  for (let i = 0; i < records; i++) {
    const line = `${withBad && isBad(i) ? 'BAD' : 'row'} ${i} ${words[i % 9]} ${words[(i * 7) % 9]} ${words[(i * 5) % 9]}\n`;
    if (withBad && isBad(i)) places.push(offset);
    offset += line.length;
    lines.push(line);
  }
  return { text: lines.join(''), places };
}

const map = `(line, ctx) => {
  const words = line.split(' ');
  for (let i = 2; i < words.length; i++) ctx.emit(words[i], 1);
  if (words[0] === 'BAD') throw new Error('a bad record');
}`;
const sum = '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]';
const functions = { map_function: map, combine_function: sum, reduce_function: sum };

async function main(stack) {
  const bad = input(true);
  const good = input(false);
  await stack.write('bad.txt', bad.text);
  await stack.write('good.txt', good.text);
  const request = { split_size_mb: bad.text.length / 1024 / 1024 / benchWorkers, ...functions };
  const jobs = {
    'none bad, fail': { name: 'fail', input_file: 'good.txt', ...request },
    'none bad, skip': { name: 'none', input_file: 'good.txt', on_record_error: 'skip', ...request },
    'skip a thousand': { name: 'skip', input_file: 'bad.txt', on_record_error: 'skip', ...request },
  };
  const least = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, job] of Object.entries(jobs)) {
      const cpuBefore = await stack.workerCpuSeconds();
      const { seconds, counters } = await stack.submit(job);
      const cpu = (await stack.workerCpuSeconds()) - cpuBefore;
      if (name === 'skip a thousand') await check(stack, counters, bad.places);
      // The first round warms up.
      if (round === 0) continue;
      const before = least[name] ?? { seconds: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
      least[name] = { seconds: Math.min(before.seconds, seconds), cpu: Math.min(before.cpu, cpu) };
    }
  }
  report(least);
}

/** Each bad record is listed once, and no attempt was made twice. */
async function check(stack, counters, places) {
  const offsets = [];
  for await (const { offset } of stack.client.allDeadLetters(stack.lastJob.job_id, { limit: 1000 }))
    offsets.push(offset);
  const isListed = offsets.length === places.length && offsets.every((offset, i) => offset === places[i]);
  if (!isListed) throw new Error(`${offsets.length} dead letters, and not the ${places.length} bad records`);
  if (counters.skipped_records !== places.length) throw new Error(`${counters.skipped_records} skipped records`);
  if (counters.failed_attempts !== 0) throw new Error(`${counters.failed_attempts} attempts failed`);
}

function report(least) {
  const base = least['none bad, skip'];
  const percent = (value, of) => `${value >= of ? '+' : ''}${((value / of - 1) * 100).toFixed(1)} %`;
  for (const [name, { seconds, cpu }] of Object.entries(least)) {
    console.log(`${name.padEnd(16)} ${seconds.toFixed(2)} s, ${cpu.toFixed(2)} s of workers' processors`);
  }
  const { seconds, cpu } = least['skip a thousand'];
  const extra = (cpu / base.cpu - 1) * 100;
  const { cpu: failCpu, seconds: failSeconds } = least['none bad, fail'];
  console.log(
    `a thousand bad of a million: ${percent(seconds, base.seconds)} time, ${percent(cpu, base.cpu)} processor time`,
  );
  console.log(
    `allowing for any:            ${percent(base.seconds, failSeconds)} time, ${percent(base.cpu, failCpu)} processor time`,
  );
  console.log(`bar: at most +${barPercent} %: ${extra <= barPercent ? 'kept' : 'NOT KEPT'}`);
}

await withStack(main);
