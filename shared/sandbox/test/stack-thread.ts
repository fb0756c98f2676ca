/** Runs a program in an engine of its own, and says how much of the engine's stack it took. A thread, since that has the stack that a worker's threads have. */
import { compileQuickJs, serveRequests } from '@gridmr/sandbox';
import { openQuickJs } from '../dist/quickjs-instance.js';

export interface StackRequest {
  readonly program: string;
  readonly memoryBytes: number;
  readonly deadlineMs: number;
}

export interface StackAnswer {
  readonly usedBytes: number;
  /** What another program computes afterwards. */
  readonly after: unknown;
}

/** Where the engine's constants end, and its stack, which grows downwards (`scripts/engine/begin-small.mjs`). */
const stack = { first: 90_208, end: 90_208 + 1024 * 1024 };

serveRequests(async ({ program, memoryBytes, deadlineMs }: StackRequest): Promise<StackAnswer> => {
  const endsAt = performance.now() + deadlineMs;
  const { module } = await compileQuickJs();
  const { context, memory } = await openQuickJs(module, memoryBytes, () => performance.now() > endsAt);
  const result = context.evalCode(`${program};`);
  (result.error ?? result.value).dispose();
  const after = context.dump(context.unwrapResult(context.evalCode('[1, 2, 3].map(x => x * 2).join()')));
  return { usedBytes: usedOfStack(memory.buffer), after };
});

/** What was never written to is zero. */
function usedOfStack(memory: ArrayBuffer): number {
  const bytes = new Uint8Array(memory, stack.first, stack.end - stack.first);
  const lowest = bytes.findIndex(byte => byte !== 0);
  return lowest === -1 ? 0 : bytes.length - lowest;
}
