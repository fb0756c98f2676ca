/**
 * Waits until the engine runs at its full speed.
 *
 * V8 compiles a module twice: at once, to code that is some five times as slow, and again, by threads of its own, whatever has been called often. A
 * call that is under way goes on in the slow code until it returns, and a loop in user code is one call of the engine's interpreter: the first
 * attempt of a new process would run five times as long as any other if its records take long.
 *
 * Algorithm: short loops in a guest that belongs to nobody make the interpreter and the matcher of regular expressions worth optimising. The least time of a few
 * of them is compared with the least of the first few; between them the thread rests, so that the compiler has the processor. Optimised code belongs to
 * the module, and with it to all threads of the process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type ProgramSource, sandboxLimits } from '@gridmr/contracts';
import { openQuickJsSandbox, type QuickJsSandbox } from './quickjs-sandbox.js';
import type { WasmModule } from './web-assembly.js';

const mebibyte = 1024 * 1024;

const source: ProgramSource = {
  form: 'functions',
  map_function: `text => {
    const squares = [];
    for (let i = 0; i < 1e4; i++) squares[i % 64] = { i, square: (squares[i % 60]?.i ?? 0) * i };
    for (let i = 0; i < 50; i++) text.replace(/(?:[a-z]+ )*([0-9]+)$/, '$1');
  }`,
};
const record = {
  path: 'warm-up',
  format: 'text',
  bytes: Buffer.from('some words and then 42\n'),
  offset: 0,
  records: 1,
} as const;

const warmed = new WeakMap<WasmModule, Promise<boolean>>();

/**
 * Once for each module: a warm one cannot be told from a slow machine.
 * @param patienceMs how long to wait at most: on a machine with other things to do the compiler may take long
 * @returns whether the engine was seen to have become fast
 */
export function warmEngine(module: WasmModule, patienceMs: number): Promise<boolean> {
  const warming = warmed.get(module) ?? warm(module, patienceMs);
  warmed.set(module, warming);
  return warming;
}

async function warm(module: WasmModule, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  const guest = await openQuickJsSandbox({
    module,
    source,
    functions: { reduce: false, combine: false, partition: false },
    memoryBytes: sandboxLimits.warmUpMemoryMb * mebibyte,
    deadlineMs: sandboxLimits.warmUpDeadlineMs,
  });
  try {
    guest.begin(context, () => undefined);
    const coldMs = leastMs(guest);
    while (performance.now() < deadline) {
      await delay(sandboxLimits.warmUpPauseMs);
      if (leastMs(guest) < coldMs * sandboxLimits.warmUpShare) return true;
    }
    return false;
  } finally {
    guest[Symbol.dispose]();
  }
}

/** Of several, as any of them may have been interrupted by something else. */
function leastMs(guest: QuickJsSandbox): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < sandboxLimits.warmUpProbes; i++) {
    const started = performance.now();
    guest.mapBlock(record);
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

const context = {
  jobId: 'warm-up',
  taskId: 'warm-up',
  attempt: 1,
  phase: 'map',
  partition: null,
  numReducers: 0,
  parameters: {},
  nowMs: 0,
  input: { path: record.path, split: 0 },
} as const;
