/** Too much of what is allowed: pairs, log lines, counters, keys and values. */
import { failing, type HostileProgram, harmless, hostile } from './hostile-program.js';

const codes = ['task_timeout'] as const;

export const floods: readonly HostileProgram[] = [
  ...failing(codes, {
    'pairs without end': 'for (;;) ctx.emit("key", 1);',
    'pairs of all kinds without end':
      'for (let i = 0; ; i++) { ctx.emit("k" + i, i); ctx.emit(i, "v"); ctx.emit([i], { i }); ctx.emit(true, null); }',
    'different keys without end': 'for (let i = 0; ; i++) ctx.emit("key" + i, "value" + i);',
    'values of a megabyte without end': 'const s = "x".repeat(1e6); for (;;) ctx.emit("key", s);',
    'keys of a megabyte without end': 'const s = "x".repeat(1e6); for (;;) ctx.emit(s, 1);',
    'arrays as keys without end': 'const key = Array(1000).fill("\\u0001"); for (;;) ctx.emit(key, 1);',
    'text that JSON makes longer, without end': 'const s = "\\u0001".repeat(1e5); for (;;) ctx.emit(s, s);',
    'log lines without end': 'for (;;) ctx.log("x");',
    'long log lines without end': 'const s = "x".repeat(1e6); for (;;) ctx.log(s);',
    'one counter without end': 'for (;;) ctx.count("n");',
  }),
  hostile(
    'a generator of pairs without end',
    { map_function: 'function* () { for (;;) yield ["key", { a: 1 }]; }' },
    { codes },
  ),
  hostile(
    'reduce that emits without end',
    { map_function: '() => {}', reduce_function: '(key, values, ctx) => { for (;;) ctx.emit(key, 1); }' },
    { codes },
    'reduce',
  ),
  hostile(
    'combine that emits without end',
    {
      map_function: '() => {}',
      combine_function: '(key, values, ctx) => { for (;;) ctx.emit(key, 1); }',
      reduce_function: 'k => [k, 1]',
    },
    { codes },
    'combine',
  ),
  hostile(
    'setup that emits without end',
    'export function setup(ctx) { for (;;) ctx.emit("k", 1); } export const map = () => {};',
    { codes },
  ),
  hostile(
    'teardown that emits without end',
    'export function* teardown() { for (;;) yield ["k", 1]; } export const map = () => {};',
    { codes },
  ),
  ...failing(['user_code_error'], {
    'names of counters without end': 'for (let i = 0; ; i++) ctx.count("c" + i);',
    'a counter with a huge name': 'ctx.count("c".repeat(1e6));',
    'a counter beyond all numbers': 'for (;;) ctx.count("c", Number.MAX_VALUE);',
    'a counter that counts objects': 'ctx.count("c", { valueOf: () => 1 });',
    'a key that is too long': 'ctx.emit("x".repeat(1024 * 1024 + 1), 1);',
    'a key that is too long in bytes': 'ctx.emit("€".repeat(400000), 1);',
    'an array as key that is too long': 'ctx.emit(Array(200000).fill("xxxxxxxx"), 1);',
    'a key of a proxy without end': 'ctx.emit(new Proxy([], { get: (t, n) => (n === "length" ? 2 ** 40 : "x") }), 1);',
    'a value that is too long as JSON': 'ctx.emit("k", "\\u0001".repeat(4 * 1024 * 1024));',
  }),
  ...failing(['user_code_error', 'memory_limit'], {
    'a value that is too long': 'const s = "x".repeat(8 * 1024 * 1024); ctx.emit("k", [s, s, s]);',
  }),
  ...harmless({
    'a name of a counter that is everybody’s': [
      'ctx.count("__proto__"); ctx.count("constructor"); ctx.count("toString", 2); ctx.emit("k", 1);',
      [['k', 1]],
    ],
    'keys that are names of everything': [
      'for (const k of ["__proto__", "constructor", "toString", "hasOwnProperty", ""]) ctx.emit(k, k);',
      ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''].map(k => [k, k]),
    ],
    'a key as long as keys may be': [
      'ctx.emit("x".repeat(1024 * 1024 - 1), 1); ctx.emit("k", 1);',
      [
        ['x'.repeat(1024 * 1024 - 1), 1],
        ['k', 1],
      ],
    ],
    'keys with NUL, line ends and tabs': [
      'ctx.emit("a\\0b\\n\\t\\r", "\\0\\n\\u2028"); ctx.emit(["\\0", "\\u0001"], 1);',
      [
        ['a\0b\n\t\r', '\0\n\u2028'],
        [['\0', '\u0001'], 1],
      ],
    ],
  }),
];
