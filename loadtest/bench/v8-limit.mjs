/** The same functions in plain V8, one thread, the whole input in memory: `node v8-limit.mjs <file> <job's name>` prints JSON. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { benchJobs } from './bench-jobs.mjs';
import { cpuSecondsOfProcess } from './process-figures.mjs';

function measure(file, { functions, mapOnly }) {
  const map = runInThisContext(`(${functions.map_function})`);
  const reduce = functions.reduce_function && runInThisContext(`(${functions.reduce_function})`);
  const cpuBefore = cpuSecondsOfProcess();
  const started = performance.now();
  const text = readFileSync(file, 'latin1');
  const groups = new Map();
  let outputs = 0;
  const emit = mapOnly
    ? () => {
        outputs++;
      }
    : (key, value) => {
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [value]);
        else group.push(value);
      };
  const ctx = { input: { path: 'file' }, emit };
  for (let start = 0, end; start < text.length; start = end + 1) {
    end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    map(text.slice(start, end), ctx);
  }
  for (const key of [...groups.keys()].sort()) {
    const result = reduce(key, groups.get(key), { emit });
    outputs += Array.isArray(result) ? 1 : [...result].length;
  }
  return {
    bytes: text.length,
    outputs,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: cpuSecondsOfProcess() - cpuBefore,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const job = benchJobs.find(({ name }) => name === process.argv[3]);
  console.log(JSON.stringify(measure(process.argv[2], job)));
}
