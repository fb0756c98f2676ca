/**
 * The JavaScript engine for user code, compiled once per process. A `WebAssembly.Module` holds no state and can be
 * posted to threads, and V8's optimised code belongs to it, so a fresh instance per attempt costs a millisecond and no warm-up.
 *
 * An optimised build of the same engine is another `WebAssembly.Module` with the same imports and exports: whoever has
 * one passes it where the result of `compileQuickJs` goes.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type WasmModule, webAssembly } from './web-assembly.js';

const require = createRequire(import.meta.url);
let compiled: Promise<WasmModule> | undefined;

/** The published build of QuickJS, compiled once and shared by all that ask. */
export function compileQuickJs(): Promise<WasmModule> {
  compiled ??= readFile(wasmPath()).then(bytes => webAssembly.compile(bytes));
  return compiled;
}

/** The engine is a dependency of `quickjs-emscripten`, not of ours: it is resolved from there. */
function wasmPath(): string {
  const requireFromQuickJs = createRequire(require.resolve('quickjs-emscripten'));
  return requireFromQuickJs.resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
}
