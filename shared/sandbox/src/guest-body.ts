/**
 * An engine instance and who has it now.
 *
 * Making one takes some milliseconds, which an attempt of a small job would wait for, and V8 then takes more to collect the one it replaces. So a thread
 * makes a spare one when it has nothing else to do (`prepareGuest`). A spare has seen no user code.
 */
import type { QuickJSHandle, VmFunctionImplementation } from 'quickjs-emscripten';
import { GuestBorder } from './guest-border.js';
import { openQuickJs, type QuickJsInstance } from './quickjs-instance.js';
import type { WasmMemory, WasmModule } from './web-assembly.js';

/** What the engine's ways out of the guest lead to: the attempt that has it. */
export interface GuestTenant {
  interrupts(): boolean;
  readonly calls: ReadonlyMap<string, VmFunctionImplementation<QuickJSHandle>>;
}

/** Its ways out are made once and outlive the tenant. */
export interface GuestBody {
  readonly module: WasmModule;
  readonly memoryBytes: number;
  readonly instance: QuickJsInstance;
  readonly border: GuestBorder;
  tenant: GuestTenant | undefined;
  /** True once the prelude's image describes the whole memory. */
  isImaged: boolean;
}

interface Spare {
  readonly module: WasmModule;
  readonly memoryBytes: number;
  readonly body: Promise<GuestBody>;
}

let spare: Spare | undefined;

/** Makes the instance that the next `freshGuest` of the same engine and memory gets. For a thread that is idle. */
export async function prepareGuest(module: WasmModule, memoryBytes: number): Promise<void> {
  if (spare?.module !== module || spare.memoryBytes !== memoryBytes) {
    spare = { module, memoryBytes, body: makeGuest(module, memoryBytes) };
  }
  await spare.body;
}

/** An instance that nobody had before. */
export async function freshGuest(module: WasmModule, memoryBytes: number): Promise<GuestBody> {
  const ready = spare;
  spare = undefined;
  return ready?.module === module && ready.memoryBytes === memoryBytes ? ready.body : makeGuest(module, memoryBytes);
}

/**
 * An instance in the memory of one that was lost, which is wiped. V8 collects memories late: an attempt that loses one after the other would hold many at
 * a time.
 */
export async function guestInMemoryOf(lost: GuestBody): Promise<GuestBody> {
  lost.tenant = undefined;
  return makeGuest(lost.module, lost.memoryBytes, lost.instance.memory);
}

async function makeGuest(module: WasmModule, memoryBytes: number, lostMemory?: WasmMemory): Promise<GuestBody> {
  let body: GuestBody | undefined;
  const instance = await openQuickJs(module, memoryBytes, () => body?.tenant?.interrupts() ?? false, lostMemory);
  body = { module, memoryBytes, instance, border: new GuestBorder(instance), tenant: undefined, isImaged: false };
  return body;
}
