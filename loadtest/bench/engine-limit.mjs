/**
 * What the engine itself can do: the same map function in a bare loop, one thread, the published build of QuickJS, blocks of 1 MiB that come and go
 * as bytes of its heap, no files, no sorting, no platform. `combine`: values are summed in the guest, block by block; `push`: pairs are
 * gathered and joined. Run as a process of its own: `node engine-limit.mjs <file> <job's name>` prints JSON.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { benchJobs } from './bench-jobs.mjs';
import { cpuSecondsOfProcess } from './process-figures.mjs';

const blockBytes = 1 << 20;
const warmUpBlocks = 4;

const guests = {
  combine: map => `
    (() => {
      const map = ${map};
      let index = new Map(), keys = [], sums = [];
      const ctx = { input: { path: 'file' }, emit(key, value) {
        const at = index.get(key);
        if (at === undefined) { index.set(key, keys.length); keys.push(key); sums.push(value); } else sums[at] += value;
      } };
      globalThis.run = text => {
        const lines = text.split('\\n');
        for (let i = 0; i < lines.length; i++) if (lines[i] !== '') map(lines[i], ctx);
        const out = keys.join('\\n') + '\\n\\n' + sums.join(',');
        index = new Map(); keys = []; sums = [];
        return out;
      };
    })()`,
  push: map => `
    (() => {
      const map = ${map};
      let keys = [], values = [];
      const ctx = { input: { path: 'file' }, emit(key, value) { keys.push(key); values.push(value); } };
      globalThis.run = text => {
        const lines = text.split('\\n');
        for (let i = 0; i < lines.length; i++) if (lines[i] !== '') map(lines[i], ctx);
        const out = keys.join('\\n') + '\\n\\n' + values.join('\\n');
        keys = []; values = [];
        return out;
      };
    })()`,
};

async function measure(file, job) {
  const fromSandbox = createRequire(new URL('../../shared/sandbox/package.json', import.meta.url));
  const { newQuickJSWASMModuleFromVariant, RELEASE_SYNC } = fromSandbox('quickjs-emscripten');
  let heap;
  const variant = {
    ...RELEASE_SYNC,
    importModuleLoader: async () => {
      let load = await RELEASE_SYNC.importModuleLoader();
      while (typeof load === 'object' && 'default' in load) load = load.default;
      return async options => {
        heap = await load(options);
        return heap;
      };
    },
  };
  const quickJs = await newQuickJSWASMModuleFromVariant(variant);
  const vm = quickJs.newContext();
  vm.unwrapResult(vm.evalCode(guests[job.limit](job.functions.map_function))).dispose();
  const run = vm.getProp(vm.global, 'run');
  const blocks = cutBlocks(readFileSync(file));
  const oneBlock = bytes => {
    const pointer = heap._malloc(bytes.length + 1);
    heap.HEAPU8.set(bytes, pointer);
    heap.HEAPU8[pointer + bytes.length] = 0;
    const text = vm.memory.heapValueHandle(vm.ffi.QTS_NewString(vm.ctx.value, pointer));
    heap._free(pointer);
    const result = vm.unwrapResult(vm.callFunction(run, vm.undefined, text));
    const out = vm.ffi.QTS_GetString(vm.ctx.value, result.value);
    const copy = heap.HEAPU8.slice(out, heap.HEAPU8.indexOf(0, out));
    vm.ffi.QTS_FreeCString(vm.ctx.value, out);
    result.dispose();
    text.dispose();
    return copy.length;
  };
  for (const block of blocks.slice(0, warmUpBlocks)) oneBlock(block);
  const cpuBefore = cpuSecondsOfProcess();
  const started = performance.now();
  let bytes = 0;
  for (const block of blocks) {
    oneBlock(block);
    bytes += block.length;
  }
  return { bytes, seconds: (performance.now() - started) / 1000, cpuSeconds: cpuSecondsOfProcess() - cpuBefore };
}

function cutBlocks(bytes) {
  const blocks = [];
  for (let start = 0; start < bytes.length; ) {
    const wanted = Math.min(bytes.length, start + blockBytes);
    const end = wanted === bytes.length ? wanted : bytes.lastIndexOf(10, wanted) + 1;
    blocks.push(bytes.subarray(start, end));
    start = end;
  }
  return blocks;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const job = benchJobs.find(({ name }) => name === process.argv[3]);
  console.log(JSON.stringify(await measure(process.argv[2], job)));
}
