/**
 * The engine instance of the last attempt, kept for the next one of the same job. A fresh instance costs a millisecond, and the memory it leaves
 * behind costs V8 ten more to collect: as much as all else of a task that has little to do.
 *
 * A used instance is as good as a fresh one, because everything that a guest can change is its memory, and the memory is put back byte for byte to
 * what it was when the prelude had been loaded (`prelude-image.ts`): no call is under way, so the engine's stack pointer is where it was, and it
 * has no other state. It is kept only if all went well and the memory is still a small one, which is compared in less time than another is made;
 * and never from one job to another, so that even a hole in the engine shows nobody what is not his.
 *
 * One thread runs one attempt at a time, so it keeps one instance. Without an owner nothing is kept.
 */
import { bytesPerMb, sandboxLimits } from '@gridmr/contracts';
import type { GuestBody } from './guest-body.js';
import { dropQuickJs } from './quickjs-instance.js';
import type { WasmModule } from './web-assembly.js';

/** A memory that has grown beyond is dropped with its instance. */
const keptMemoryBytesMax = sandboxLimits.memoryMbMin * bytesPerMb;

let owner: string | undefined;
let kept: GuestBody | undefined;

/** From now on this thread's guests belong to `newOwner`. What another owner left is dropped. */
export function keepGuestsOf(newOwner: string): void {
  if (owner !== newOwner) dropKept();
  owner = newOwner;
}

/** Its memory is as the last attempt left it. */
export function takeKeptGuest(module: WasmModule, memoryBytes: number): GuestBody | undefined {
  const body = kept;
  if (body?.module !== module || body.memoryBytes !== memoryBytes) {
    dropKept();
    return undefined;
  }
  kept = undefined;
  return body;
}

/** Only after the last call into it has returned, and returned well. */
export function keepGuest(body: GuestBody): void {
  body.tenant = undefined;
  dropKept();
  const { memory, hasOwnMemory } = body.instance;
  const isSmall = memory.buffer.byteLength <= keptMemoryBytesMax;
  if (owner !== undefined && body.isImaged && hasOwnMemory && isSmall) kept = body;
}

function dropKept(): void {
  if (kept !== undefined) dropQuickJs(kept.instance);
  kept = undefined;
}
