/** Builtins of the engine that take very long, or much memory, and do not all ask on the way: then the thread is ended from outside. */
import { failing, type HostileProgram } from './hostile-program.js';

const endless: readonly HostileProgram[] = failing(['task_timeout'], {
  'joining an array without end': 'new Array(2 ** 32 - 1).join();',
  'a huge array as text': 'new Array(1e9) + "";',
  'sorting an array of holes': 'const a = []; a[2 ** 32 - 2] = 1; a.sort();',
  'looking for what is not in holes': '[].indexOf.call({ length: 2 ** 53 - 1 }, 1);',
  'looking from the end': '[].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);',
  'does it include': '[].includes.call({ length: 2 ** 53 - 1 }, 1);',
  'reversing what has a length only':
    '[].reverse.call(new Proxy({}, { get: (t, n) => (n === "length" ? 2 ** 50 : 1), has: () => true, set: () => true, deleteProperty: () => true }));',
  'a comparator that never agrees':
    'const a = Array.from({ length: 3000 }, (_, i) => i); for (;;) a.sort(() => Math.random() - 0.5);',
  'a comparator that grows what it sorts': 'const a = [3, 2, 1]; for (;;) a.sort(() => { a.length = 3; return -1; });',
  'shifting without end': 'const a = [1, 2, 3]; for (;;) { a.push(a.shift()); }',
  'powers of BigInt': 'let n = 3n; for (;;) n = n * n % (2n ** 4000n) + 3n;',
  'BigInts as text': 'for (;;) (7n ** 20000n).toString();',
  'replacing in long text': 'const s = "ab".repeat(4e5); for (;;) s.replaceAll("b", "c");',
  'text against text': 'const s = "a".repeat(2e6); const t = "a".repeat(1e6) + "b"; for (;;) s.indexOf(t);',
  'parsing the same text again and again': 'const s = "[" + "1,".repeat(1e5) + "1]"; for (;;) JSON.parse(s);',
  'writing the same text again and again': 'const a = Array(1e5).fill(1); for (;;) JSON.stringify(a);',
  'copying typed arrays': 'const a = new Float64Array(1e6); for (;;) a.slice();',
  'normalising text': 'const s = "\\u0041\\u030a".repeat(1e5); for (;;) s.normalize("NFC");',
  'escaping text': 'const s = "é".repeat(1e5); for (;;) decodeURIComponent(encodeURIComponent(s));',
});

const limited: readonly HostileProgram[] = failing(['memory_limit', 'user_code_error', 'task_timeout'], {
  'filling what has a length only': '[].fill.call({ length: 2 ** 53 - 1, set 0(v) {} }, 1, 2 ** 52);',
  'a power of a power of BigInt': '2n ** 2n ** 30n;',
  'symbols that are registered': 'for (let i = 0; ; i++) Symbol.for("x".repeat(50) + i);',
  'a huge factorial': 'let n = 1n; for (let i = 1n; ; i++) n *= i * i * i;',
  'a shift of BigInt': '1n << 2n ** 40n;',
  'text of half a gigabyte': '"x".repeat(2 ** 29);',
  'text of a gigabyte': '"x".repeat(2 ** 30);',
  padding: '"x".padStart(2 ** 30, "ab");',
  'replacing that blows up': '"a".repeat(1e6).replaceAll("a", "b".repeat(1000));',
  'dollar signs that blow up': '"a".repeat(1e5).replace(/a+/, "$&".repeat(1e4));',
  'an array from a length': 'Array.from({ length: 1e9 });',
  'an array of its own concatenation': 'let a = [1]; for (;;) a = a.concat(a);',
  'flattening what contains itself': 'const a = []; a.push(a, a); a.flat(Infinity);',
  'arguments beyond all stacks': 'Math.max(...new Array(1e7));',
  'apply with a huge length': 'Math.max.apply(null, { length: 1e8 });',
  'a string of all code points': 'String.fromCodePoint.apply(null, { length: 1e8 });',
  'splitting into letters': '"ab".repeat(4e6).split("");',
  'JSON that repeats itself': 'let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; JSON.stringify(a);',
  'JSON with much space':
    'let a = []; for (let i = 0; i < 60; i++) a = [a, a.length]; JSON.stringify(Array(1e6).fill(a), null, 10);',
  'entries of a proxy without end':
    'Object.entries(new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => "k" + i), getOwnPropertyDescriptor: () => ({ value: "x".repeat(1000), enumerable: true, configurable: true }) }));',
});

export const unpolledBuiltins: readonly HostileProgram[] = [...endless, ...limited];
