/**
 * Waits until the engine runs at its full speed.
 *
 * V8 compiles a module twice: at once, to code that is some five times as slow, and again, by threads of its own, whatever has been called often. A
 * call that is under way goes on in the slow code until it returns, and a loop in user code is one call of the engine's interpreter: the first
 * attempt of a new process would run five times as long as any other if its records take long.
 *
 * Algorithm: some loops in a guest that belongs to nobody make the interpreter and the matcher of regular expressions worth optimising. Then this thread rests
 * until the process takes no processor any more: the compiler's threads have done what they were given. (How fast loops are would say less: a busy machine makes
 * slow ones of fast ones.) Optimised code belongs to the module, and with it to all threads of the process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { bytesPerMb, type ProgramSource, sandboxLimits } from '@gridmr/contracts';
import { openQuickJsSandbox } from './quickjs-sandbox.js';
import type { WasmModule } from './web-assembly.js';

const microsecondsPerMs = 1000;

const source: ProgramSource = {
  form: 'functions',
  map_function: `text => {
    for (let i = 0; i < 3e5; i++);
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
 * Once for each module. To be called while the process starts, and has little else to do.
 * @param patienceMs how long to wait at most: on a machine with other things to do the compiler may take long
 * @returns whether the compiler was seen to be done
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
    memoryBytes: sandboxLimits.warmUpMemoryMb * bytesPerMb,
    deadlineMs: sandboxLimits.warmUpDeadlineMs,
  });
  try {
    guest.begin(context, () => undefined);
    for (let i = 0; i < sandboxLimits.warmUpCalls; i++) guest.mapBlock(record);
  } finally {
    guest[Symbol.dispose]();
  }
  return await untilQuiet(deadline);
}

async function untilQuiet(deadline: number): Promise<boolean> {
  let quietLooks = 0;
  while (performance.now() < deadline) {
    const before = process.cpuUsage();
    await delay(sandboxLimits.warmUpLookMs);
    const { user, system } = process.cpuUsage(before);
    const isQuiet = (user + system) / microsecondsPerMs < sandboxLimits.warmUpQuietMs;
    quietLooks = isQuiet ? quietLooks + 1 : 0;
    if (quietLooks === sandboxLimits.warmUpQuietLooks) return true;
  }
  return false;
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
  input: { path: 'warm-up', split: 0 },
} as const;
