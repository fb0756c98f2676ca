/**
 * Programs that change what everything else is built on. The prelude took what it uses before they ran, so they hurt only themselves: the
 * pairs are those of the same program without the attack.
 */
import { failing, type HostileProgram, harmless, hostile } from './hostile-program.js';

const attacks = {
  'Array.prototype.push': 'Array.prototype.push = () => 0;',
  'every method of arrays':
    'for (const n of Object.getOwnPropertyNames(Array.prototype)) if (n !== "length" && n !== "constructor") Array.prototype[n] = () => { throw 1; };',
  'every method of strings':
    'for (const n of Object.getOwnPropertyNames(String.prototype)) if (n !== "length") String.prototype[n] = () => "forged";',
  'String.prototype.charCodeAt': 'String.prototype.charCodeAt = () => 13; String.prototype.codePointAt = () => 13;',
  'the iterator of arrays': 'Array.prototype[Symbol.iterator] = function* () { yield "forged"; };',
  'the next of array iterators': 'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true });',
  'the species of arrays':
    'Object.defineProperty(Array, Symbol.species, { get: () => class { constructor() { return { length: 0 }; } } });',
  'the species by constructor': 'Array.prototype.constructor = { [Symbol.species]: function () { return []; } };',
  'the species of typed arrays':
    'Object.defineProperty(Object.getPrototypeOf(Uint8Array), Symbol.species, { get() { throw 1; } });',
  'how arrays spread': 'Object.defineProperty(Array.prototype, Symbol.isConcatSpreadable, { value: false });',
  'how strings are split':
    'Object.defineProperty(String.prototype, Symbol.split, { get() { throw 1; } }); RegExp.prototype[Symbol.split] = () => [];',
  'how regular expressions run': 'RegExp.prototype.exec = () => null; RegExp.prototype.test = () => true;',
  'JSON.stringify': 'JSON.stringify = () => "[9]"; JSON.parse = () => [];',
  'JSON as a whole': 'globalThis.JSON = { stringify: () => "forged" };',
  'toJSON of everything':
    'Object.prototype.toJSON = undefined; Number.prototype.toJSON = () => 9; String.prototype.toJSON = () => "x";',
  'Function.prototype.call':
    'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => "forged";',
  'Function.prototype.toString': 'Function.prototype.toString = () => "(key, values) => [key, 9]";',
  Reflect: 'for (const n of Object.getOwnPropertyNames(Reflect)) Reflect[n] = () => "forged";',
  Promise: 'globalThis.Promise = class { static resolve() { for (;;); } }; Object.prototype.then = 1;',
  'getters on Object.prototype':
    'for (const n of ["done", "value", "keys", "counters", "get", "set", "path", "map2"]) Object.defineProperty(Object.prototype, n, { __proto__: null, get() { throw 1; }, configurable: true });',
  'setters on Object.prototype':
    'for (const n of ["units", "count", "task", "input", "random", "2", "3"]) Object.defineProperty(Object.prototype, n, { __proto__: null, set() { throw 1; }, configurable: true });',
  'a prototype of Object.prototype’s heirs':
    'Object.setPrototypeOf(Array.prototype, new Proxy({}, { get: (t, n) => (n === "toJSON" ? undefined : "forged"), has: () => true }));',
  'Object as a whole':
    'Object.freeze = Object.create = Object.setPrototypeOf = Object.defineProperty = Object.getPrototypeOf = () => "forged";',
  'typed arrays':
    'globalThis.Uint32Array = globalThis.Float64Array = globalThis.Uint8Array = null; Object.defineProperty(Object.getPrototypeOf(Int8Array.prototype), "length", { get: () => 0 });',
  'the global names':
    'for (const n of ["Array", "Object", "Map", "String", "Symbol", "Proxy", "TypeError", "RangeError", "Number", "Math"]) globalThis[n] = undefined;',
  'the global object’s prototype': 'Object.setPrototypeOf(globalThis, null);',
  'undefined, as far as that goes': 'var NaN = 1; try { globalThis.undefined = 1; } catch {}',
  'everything there is, frozen':
    'for (const n of Object.getOwnPropertyNames(globalThis)) { const g = globalThis[n]; if (typeof g === "function") { Object.freeze(g); if (g.prototype) Object.freeze(g.prototype); } }',
  errors:
    'Error.prototype.toString = () => { throw 1; }; Object.defineProperty(Error.prototype, "message", { get() { throw 1; } }); Error.prepareStackTrace = () => { for (;;); };',
  'the clock and chance': 'Date.now = () => 1; Math.random = () => 4; Math.imul = Math.floor = () => 7;',
} as const;

const rest = `
export function map(line, ctx) { ctx.emit(line, 1); ctx.emit(line + '2', 'text'); ctx.emit([line, 1], { a: [true] }); }
export function reduce(key, values, ctx) { let n = 0, next; while (!(next = values.next()).done) n += next.value; ctx.emit(key, n); }`;

const mapped = [
  ['a', 1],
  ['a2', 'text'],
  [['a', 1], { a: [true] }],
] as const;

/** The engine's own JSON reads what user code put where it belongs to nobody: the program gets its own result or its own error. */
const onItself: readonly HostileProgram[] = [
  ...harmless({
    'a toJSON that forges what is emitted': ['Object.prototype.toJSON = () => 7; ctx.emit("k", { a: 1 });', [['k', 7]]],
    'a toJSON of all arrays': ['Array.prototype.toJSON = () => "forged"; ctx.emit([1], [2]);', [[[1], 'forged']]],
    'a toJSON of the program’s own': ['ctx.emit("k", { toJSON: name => "n" + name });', [['k', 'n']]],
    'an emit of its own': [
      'const { emit } = ctx; emit("k", 1); emit.call(null, "l", 2);',
      [
        ['k', 1],
        ['l', 2],
      ],
    ],
  }),
  ...failing(['user_code_error'], {
    'a ctx that is changed': '"use strict"; ctx.emit = () => {};',
    'a task that is changed': '"use strict"; ctx.task.id = "other";',
    'an input that is changed': '"use strict"; ctx.input.path = "/etc/passwd";',
    'parameters that are given a new prototype': 'Object.setPrototypeOf(ctx.params, { a: 1 });',
  }),
];

export const tampering: readonly HostileProgram[] = [
  ...Object.entries(attacks).map(([what, attack]) => hostile(`${what}, in map`, attack + rest, { pairs: mapped })),
  ...Object.entries(attacks)
    .filter(([, attack]) => !attack.includes('[Symbol.iterator]()).next'))
    .map(([what, attack]) => hostile(`${what}, in reduce`, attack + rest, { pairs: [['k', 3]] }, 'reduce')),
  ...onItself,
];
