/**
 * `node loadtest/memory.mjs [--scale 0.1] [--only <part of a name>]`: jobs and downloads that would fill the memory of anything that is not bounded, and the greatest resident
 * memory of each process after each. At scale 1: 10 GB of input, 100 million values of one key, a million keys of 1 KB, a result of 1 GB read at 1 MB/s for
 * a minute and then as fast as it comes, a line of 100 MB. Loopback only.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withStack } from './bench/bench-stack.mjs';

const { values: options } = parseArgs({
  options: { scale: { type: 'string', default: '1' }, only: { type: 'string', default: '' } },
});
const scale = Math.min(1, Math.max(0.001, Number(options.scale)));
const mb = 1_000_000;
const bars = { worker: 512, api: 256 };
const slowReadSeconds = Math.ceil(60 * scale);

const cases = {
  'an input of 10 GB': async stack => {
    const line = `${'0123456789'.repeat(9)} word\n`;
    const files = Math.ceil(100 * scale);
    await mkdir(stack.path('many'));
    writeLines(stack.path('one.txt'), 100 * mb, () => line);
    for (let i = 0; i < files; i++) await link(stack.path('one.txt'), stack.path(join('many', `${i}.txt`)));
    const { counters } = await stack.submit({
      name: 'filter',
      input_file: 'many',
      map_function: '(line, ctx) => { if (line.startsWith("1")) ctx.emit(line, 1); }',
    });
    return `${(counters.map_input_bytes / 1e9).toFixed(1)} GB read`;
  },
  '100 million values of one key': async stack => {
    writeLines(stack.path('records.txt'), 10 * mb * scale, () => 'record no\n');
    const { counters } = await stack.submit({
      name: 'one key',
      input_file: 'records.txt',
      map_function: '(line, ctx) => { for (let i = 0; i < 100; i++) ctx.emit("key", i); }',
      reduce_function: '(key, values) => { let n = 0; for (const _ of values) n++; return [key, n]; }',
      split_size_mb: 1,
    });
    return `${counters.reduce_input_records} values of ${counters.reduce_input_groups} key`;
  },
  'a million keys of 1 KB': async stack => {
    let i = 0;
    writeLines(stack.path('keys.txt'), 1024 * mb * scale, () => `${String(i++).padStart(9, '0')}${'k'.repeat(1014)}\n`);
    const { counters } = await stack.submit({
      name: 'big keys',
      input_file: 'keys.txt',
      map_function: '(line, ctx) => { ctx.emit(line, 1); }',
      reduce_function: '(key, values) => [key, values.toArray().length]',
      num_reducers: 2,
    });
    const { job_id } = stack.lastJob;
    const slow = await read(stack, job_id, { bytesPerSecond: mb, seconds: slowReadSeconds });
    const fast = await read(stack, job_id, {});
    return `${counters.reduce_input_groups} keys; of the result ${show(slow)} at 1 MB/s, then ${show(fast)}`;
  },
  'a line of 100 MB': async stack => {
    writeLines(stack.path('line.txt'), 100 * mb * scale, () => 'x'.repeat(mb / 10));
    const request = { name: 'long line', input_file: 'line.txt', map_function: '(line, ctx) => ctx.emit(line, 1)' };
    return stack.submit(request).then(
      () => 'completed',
      error => error.message,
    );
  },
};

let failed = false;
for (const [name, run] of Object.entries(cases).filter(([name]) => name.includes(options.only))) {
  await withStack(async stack => {
    const started = performance.now();
    const said = await run(stack);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const processes = await stack.processes();
    const tooBig = processes.filter(({ name, peakRssMb }) => peakRssMb > (bars[name] ?? Infinity));
    failed ||= tooBig.length > 0;
    console.log(`${name}: ${said} (${seconds} s)`);
    console.log(
      `  ${processes.map(({ name, peakRssMb }) => `${name} ${peakRssMb} MB`).join(', ')}${tooBig.length > 0 ? '  TOO MUCH' : ''}`,
    );
  });
}
process.exitCode = failed ? 1 : 0;

/** Lines until there are so many bytes. */
function writeLines(path, bytes, line) {
  const file = openSync(path, 'w');
  let chunk = '';
  for (let written = 0; written < bytes; ) {
    const next = line();
    chunk += next;
    written += next.length;
    if (chunk.length < mb && written < bytes) continue;
    writeSync(file, chunk);
    chunk = '';
  }
  closeSync(file);
}

/** Reads a job's results, all of them or for some seconds, at a bounded speed if one is given. */
async function read(stack, jobId, { bytesPerSecond = Infinity, seconds = Infinity }) {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let bytes = 0;
  for await (const chunk of await stack.client.results(jobId)) {
    bytes += chunk.length;
    const aheadSeconds = bytes / bytesPerSecond - elapsed();
    if (aheadSeconds > 0) await delay(aheadSeconds * 1000);
    if (elapsed() > seconds) break;
  }
  return { bytes, seconds: elapsed() };
}

function show({ bytes, seconds }) {
  return `${(bytes / mb).toFixed(0)} MB in ${seconds.toFixed(0)} s`;
}
