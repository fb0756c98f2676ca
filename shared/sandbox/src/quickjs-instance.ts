/**
 * One instance of the engine with one runtime and one context: the walls of a jail. Never shared, dropped as a whole; used again only by attempts of the
 * same job, and only after its memory was put back to what it was before user code ran (`kept-guest.ts`). Its memory, wiped, may serve another
 * (`wiped-memories.ts`).
 *
 * - Memory: the engine's own limit does not count what it allocates, so the wall is the maximum of the `WebAssembly.Memory`.
 * - Stack: small enough that the guest's check strikes before the host's stack overflows.
 * - Time: `interrupt` is polled by the guest's loops and regular expressions, but not by every builtin: whoever runs untrusted code
 *   also terminates the thread from outside (`guarded-thread.ts`).
 * - Clock: the engine imports two functions that read the host's clock and time zone. They are replaced: the guest's `Date`
 *   stands still at `clock.nowMs` and lives in UTC, natively, out of the reach of anything user code may redefine.
 */
import { bytesPerMb, sandboxLimits } from '@gridmr/contracts';
import {
  type EmscriptenModuleLoaderOptions,
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSSyncVariant,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import { wipe } from './prelude-image.js';
import { type WasmInstance, type WasmMemory, type WasmModule, webAssembly } from './web-assembly.js';
import { giveMemory, type MemorySize, takeMemory } from './wiped-memories.js';

const pageBytes = 65_536;
/** Written by `scripts/build-engine.mjs`. */
const memoryPagesSection = 'gridmr-memory-pages';

type Imports = Record<string, Record<string, unknown>>;
type ModuleLoader = (options: object) => Promise<EngineModule>;

/** What of the engine's glue is used directly: its heap, for text that crosses as bytes. */
export interface EngineModule {
  /** Replaced whenever memory grows: read it anew after every call into the engine. */
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** Whether the guest has asked for more memory than it may have. */
interface Growth {
  refused: boolean;
}

export interface QuickJsInstance {
  readonly context: QuickJSContext;
  readonly engine: EngineModule;
  readonly memory: WasmMemory;
  readonly memorySize: MemorySize;
  /** False if the memory is one of an instance that was lost. */
  readonly hasOwnMemory: boolean;
  readonly growth: Readonly<Growth>;
  /** Where the guest's clock stands. */
  readonly clock: { nowMs: number };
}

/**
 * @param interrupt polled while the guest runs; true ends it with an exception that the guest cannot catch
 * @param lostMemory of an instance of the same size that is never entered again
 */
export async function openQuickJs(
  module: WasmModule,
  memoryBytes: number,
  interrupt: () => boolean,
  lostMemory?: WasmMemory,
): Promise<QuickJsInstance> {
  const memoryBytesMax = Math.max(memoryBytes, sandboxLimits.memoryMbMin * bytesPerMb);
  const memorySize = {
    initial: firstPages(module),
    maximum: Math.floor(memoryBytesMax / pageBytes),
  };
  if (lostMemory !== undefined) wipe(lostMemory.buffer);
  const memory = lostMemory ?? takeMemory(memorySize);
  const clock = { nowMs: 0 };
  const growth: Growth = { refused: false };
  let engine: EngineModule | undefined;
  const variant: QuickJSSyncVariant = {
    type: 'sync',
    importFFI: () => RELEASE_SYNC.importFFI(),
    importModuleLoader: async () => {
      const load = unwrapLoader(await RELEASE_SYNC.importModuleLoader());
      return (async (options?: EmscriptenModuleLoaderOptions) => {
        engine = await load({
          ...options,
          wasmMemory: memory,
          instantiateWasm: instantiateWith(module, memory, clock, growth),
        });
        return engine;
      }) as never;
    },
  };
  const quickJs = await newQuickJSWASMModuleFromVariant(variant);
  const runtime = quickJs.newRuntime();
  runtime.setMaxStackSize(sandboxLimits.stackBytesMax);
  runtime.setInterruptHandler(interrupt);
  if (engine === undefined) throw new Error('the JavaScript engine was not loaded');
  const hasOwnMemory = lostMemory === undefined;
  return { context: runtime.newContext(), engine, memory, memorySize, hasOwnMemory, growth, clock };
}

/** Never enter it again: its memory goes to another one, if it is what it was but for its content. */
export function dropQuickJs({ memory, memorySize, hasOwnMemory }: QuickJsInstance): void {
  const hasGrown = memory.buffer.byteLength !== memorySize.initial * pageBytes;
  if (hasOwnMemory && !hasGrown) giveMemory(memory, memorySize);
}

/** What the module asks for at least. The published build does not say it; it asks for all that a guest may have at least. */
function firstPages(module: WasmModule): number {
  const [pages] = webAssembly.Module.customSections(module, memoryPagesSection);
  return pages === undefined
    ? (sandboxLimits.memoryMbMin * bytesPerMb) / pageBytes
    : Number(Buffer.from(pages).toString());
}

type OnInstance = (instance: WasmInstance) => void;

function instantiateWith(module: WasmModule, memory: WasmMemory, clock: { readonly nowMs: number }, growth: Growth) {
  return (imports: Imports, onInstance: OnInstance): void => {
    replaceImports(imports, memory, clock, growth);
    onInstance(new webAssembly.Instance(module, imports));
  };
}

/** The names of imports are minified, so the three functions are known by what they do. */
function replaceImports(imports: Imports, memory: WasmMemory, clock: { readonly nowMs: number }, growth: Growth): void {
  const functions = Object.values(imports)[0] ?? {};
  let replaced = 0;
  for (const [name, value] of Object.entries(functions)) {
    if (typeof value !== 'function') continue;
    const text = value.toString();
    if (/^\(\)\s*=>\s*Date\.now\(\)$/.test(text)) functions[name] = () => clock.nowMs;
    else if (text.includes('getSeconds')) functions[name] = localTimeInUtc(memory);
    else if (text.includes('.grow(')) functions[name] = watchGrowth(value as (bytes: number) => boolean, growth);
    else continue;
    replaced++;
  }
  if (replaced !== 3) throw new Error(`found ${replaced} of 3 imports of the JavaScript engine; check its version`);
}

/** The engine cannot always say that it ran out of memory: saying it needs memory. */
function watchGrowth(grow: (bytes: number) => boolean, growth: Growth) {
  return (bytes: number): boolean => {
    const grown = grow(bytes);
    if (!grown) growth.refused = true;
    return grown;
  };
}

/** `localtime_r`: fills a C `struct tm`, of which a zero offset from UTC is all that the engine reads. */
function localTimeInUtc(memory: WasmMemory) {
  const tmBytes = 44;
  return (_time: unknown, tm: number): void => {
    new Uint8Array(memory.buffer, tm, tmBytes).fill(0);
  };
}

function unwrapLoader(imported: unknown): ModuleLoader {
  let loader = imported;
  while (typeof loader === 'object' && loader !== null && 'default' in loader) loader = loader.default;
  return loader as ModuleLoader;
}
