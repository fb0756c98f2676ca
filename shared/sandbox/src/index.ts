/** User code, jailed: programs checked, sandboxes on QuickJS, threads guarded from outside. */
export * from './guarded-thread.js';
export { prepareGuest } from './guest-body.js';
export { keepGuestsOf } from './kept-guest.js';
export * from './program-checker.js';
export * from './program-source.js';
export * from './quickjs-module.js';
export { openQuickJsSandbox } from './quickjs-sandbox.js';
export { readExport } from './read-export.js';
export * from './serve-requests.js';
export { openSkippingSandbox } from './skipping-sandbox.js';
export * from './thread-errors.js';
export { warmEngine } from './warm-engine.js';
export type { WasmModule } from './web-assembly.js';
