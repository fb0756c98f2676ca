/** Memory in every shape that a program can hold on to. The wall is that of the guest's memory, so the shape does not matter. */
import { failing, type HostileProgram } from './hostile-program.js';

export const memoryShapes: readonly HostileProgram[] = failing(['memory_limit'], {
  'arrays of objects': 'const a = []; for (;;) a.push({});',
  'arrays inside arrays': 'let a = []; for (;;) a = [a, [], []];',
  'different strings': 'const a = []; for (let i = 0; ; i++) a.push("x".repeat(10000) + i);',
  'strings that are put together':
    'const a = []; for (let i = 0; ; i++) { let s = "" + i; for (let j = 0; j < 20; j++) s += "é".repeat(500) + j; a.push(s); }',
  'one string that doubles': 'let s = "ab"; for (;;) { s += s; s.charCodeAt(s.length >> 1); ({})[s.slice(0, 8)] = 1; }',
  'a map': 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i);',
  'a set of objects': 'const s = new Set(); for (;;) s.add({});',
  'a weak map whose keys are kept':
    'const m = new WeakMap(), kept = []; for (;;) { const key = {}; kept.push(key); m.set(key, "x".repeat(100)); }',
  'properties of one object': 'const o = {}; for (let i = 0; ; i++) o["k" + i] = i;',
  'the global object': 'for (let i = 0; ; i++) globalThis["k" + i] = [i];',
  closures: 'const a = []; for (let i = 0; ; i++) { const big = [i, i, i, i]; a.push(() => big); }',
  'bound functions': 'let f = () => 1; for (;;) f = f.bind(null, f);',
  'classes made at run time': 'const a = []; for (;;) a.push(class { x = 1; #y = 2; m() {} });',
  'functions made of text':
    'const a = []; for (let i = 0; ; i++) a.push(new Function("return \'" + "x".repeat(50000) + i + "\'"));',
  'generators that wait':
    'const a = []; function* g() { const x = [1, 2, 3]; yield x; } for (;;) { const i = g(); i.next(); a.push(i); }',
  promises: 'const a = []; for (;;) a.push(new Promise(() => {}));',
  'jobs that nobody runs': 'for (;;) Promise.resolve({}).then(() => 1);',
  symbols: 'const a = []; for (let i = 0; ; i++) a.push(Symbol("s" + i));',
  'array buffers': 'const a = []; for (;;) a.push(new ArrayBuffer(1e5));',
  'typed arrays': 'const a = []; for (;;) a.push(new Float64Array(1e4));',
  'one array buffer': 'new ArrayBuffer(2 ** 31 - 1);',
  'one typed array': 'new Float64Array(2 ** 27);',
  'views of one buffer': 'const b = new ArrayBuffer(8), a = []; for (;;) a.push(new DataView(b));',
  'a filled array': 'new Array(1e8).fill(1);',
  proxies: 'const a = []; for (;;) a.push(new Proxy({}, {}));',
  'regular expressions': 'const a = []; for (let i = 0; ; i++) a.push(new RegExp("a{" + (i % 1000) + "}(b|c)*" + i));',
  dates: 'const a = []; for (;;) a.push(new Date());',
  errors: 'const a = []; for (;;) a.push(new Error("x".repeat(10000)));',
  'big integers': 'const a = []; for (let i = 0n; ; i++) a.push(2n ** 500n + i);',
  'arguments objects':
    'const a = []; (function f() { for (;;) a.push((function () { return arguments; })(1, 2, 3)); })();',
  'text that JSON makes':
    'const a = []; for (let i = 0; ; i++) a.push(JSON.parse(JSON.stringify({ a: "x".repeat(5000), i })));',
});
