/** Attempts to get out: what is looked for is not there, and what is there leads nowhere. */
import { failing, type HostileProgram, harmless, hostile } from './hostile-program.js';

const nothing = [['found', []]];
/** Runs expressions, and emits those that gave anything. */
const probe = (expressions: readonly string[]) =>
  `const found = []; for (const text of ${JSON.stringify(expressions)}) { try { const x = (0, eval)(text); if (x !== undefined && x !== null) found.push(text); } catch {} } ctx.emit('found', found);`;

const hostNames = [
  'process',
  'require',
  'module',
  'exports',
  '__filename',
  'Buffer',
  'global',
  'self',
  'window',
  'Deno',
  'Bun',
  'console',
  'fetch',
  'XMLHttpRequest',
  'Worker',
  'importScripts',
  'structuredClone',
  'performance',
  'crypto',
  'navigator',
];

export const escapes: readonly HostileProgram[] = [
  ...harmless({
    'names of the host': [probe(hostNames.map(name => `typeof ${name} === 'undefined' ? undefined : 1`)), nothing],
    'modules of the engine': [
      probe(['std', 'os', 'bjson', 'qjs', '__loadScript', 'scriptArgs', 'print', 'gc']),
      nothing,
    ],
    'shared memory and waiting': [
      probe(['SharedArrayBuffer', 'Atomics', 'Atomics.wait', 'WebAssembly', 'WeakRef', 'FinalizationRegistry']),
      nothing,
    ],
    'the Function constructor': [
      probe([
        '[].constructor.constructor("return typeof process === \'object\' ? 1 : undefined")()',
        '(() => {}).constructor("return this.process")()',
        '(async () => {}).constructor("return process")().x',
        '(function* () {}).constructor("yield process")().next().value',
      ]),
      nothing,
    ],
    'the prelude’s names by eval': [
      probe([
        'host',
        'shared',
        'header',
        'handOver',
        'keys',
        'texts',
        'numbers',
        'partitions',
        'user',
        'limits',
        'prelude',
      ]),
      nothing,
    ],
    'the caller of what the host calls': [
      'const found = []; for (const f of [ctx.emit, ctx.count, ctx.log, (function g() { return g; })()]) for (const n of ["caller", "arguments"]) { try { if (f[n]) found.push(n); } catch {} } ctx.emit("found", found);',
      nothing,
    ],
    'this of a sloppy function': [
      'const t = (function () { return this; })(); ctx.emit("found", ["process", "host", "shared"].filter(n => n in t));',
      nothing,
    ],
    'ctx and all it is made of': [
      'const seen = new Set(); const walk = (o, d) => { if (d > 6 || o === null || (typeof o !== "object" && typeof o !== "function") || seen.has(o)) return; seen.add(o); for (const k of Reflect.ownKeys(o)) { let v; try { v = o[k]; } catch { continue; } if (v === "gridmr") throw 1; walk(v, d + 1); } walk(Object.getPrototypeOf(o), d + 1); }; walk(ctx, 0); ctx.emit("found", [...seen].some(x => x instanceof ArrayBuffer || ArrayBuffer.isView(x)) ? ["memory"] : []);',
      nothing,
    ],
    'frames of the platform in a stack': [
      'const s = new Error().stack; ctx.emit("found", /(node:|file:|worker|\\.ts|\\/work|dist)/.test(s) ? [s] : []);',
      nothing,
    ],
    'the real clock by a loop': [
      'const a = Date.now(); for (let i = 0; i < 1e5; i++); ctx.emit("found", new Date() - a === 0 ? [] : ["time"]);',
      nothing,
    ],
    'the time zone and the language of the host': [
      'ctx.emit("found", [new Date().getTimezoneOffset(), typeof Intl].filter(x => x !== 0 && x !== "undefined"));',
      nothing,
    ],
    'a buffer that is detached and looked into': [
      'const b = new ArrayBuffer(8); const v = new Uint8Array(b); const c = b.transfer ? b.transfer(16) : b; ctx.emit("found", [v[0], v[100000], new Uint8Array(c)[15]].filter(x => x));',
      nothing,
    ],
    'typed arrays beyond their ends': [
      'const v = new Float64Array(4); const found = []; for (const i of [-1, 4, 2 ** 31, 2 ** 32 - 1, 2 ** 53, "-0"]) { try { v[i] = 1; if (v[i] !== undefined) found.push(i); } catch {} } ctx.emit("found", found);',
      nothing,
    ],
    'a sort that shrinks what it sorts': [
      'const a = Array.from({ length: 100 }, (_, i) => 100 - i); a.sort((x, y) => { a.length = 1; return x - y; }); ctx.emit("found", a.filter(x => typeof x !== "number"));',
      nothing,
    ],
    'a typed array whose buffer shrinks under a callback': [
      'const found = []; try { const b = new ArrayBuffer(64, { maxByteLength: 128 }); const v = new Uint8Array(b); v.fill(1); v.forEach(x => { b.resize(0); if (x !== 1 && x !== undefined) found.push(x); }); } catch {} ctx.emit("found", found);',
      nothing,
    ],
  }),
  ...failing(['user_code_error'], {
    'import of a module of the host': 'return import("node:fs");',
    'import in eval': 'eval("import(\'fs\')"); return import("node:os");',
    'a frame of JSON as text': 'return "[[\\"k\\", 1]]";',
    'waiting in shared memory': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    'a module of WebAssembly': 'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));',
    'process.exit': 'process.exit(1);',
    'require of a child process': 'require("child_process").execSync("true");',
  }),
  hostile('a static import', 'import fs from "node:fs"; export const map = () => fs;', { codes: ['user_code_error'] }),
  hostile(
    'a static import under another name',
    'import * as os from "node:os"; export const map = () => os.exec(["true"]);',
    {
      codes: ['user_code_error'],
    },
  ),
  hostile(
    'exports that are getters',
    'let n = 0; export { f as map }; function f(line, ctx) { ctx.emit("n", ++n); } export default new Proxy({}, { get() { for (;;); } });',
    { pairs: [['n', 1]] },
  ),
  hostile(
    'source that closes what surrounds it',
    { map_function: '() => [["k", 1]]); for (;;); ((' },
    { codes: ['user_code_error'] },
  ),
  hostile(
    'source that is a directive',
    { map_function: '"use strict"; (l => [["k", typeof this]])' },
    { pairs: [['k', 'object']] },
  ),
];
