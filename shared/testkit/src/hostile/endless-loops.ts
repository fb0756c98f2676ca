/** Code of the user's own that never ends: the engine asks in every loop whether it may go on. */
import { failing, type HostileProgram } from './hostile-program.js';

export const endlessLoops: readonly HostileProgram[] = failing(['task_timeout'], {
  'a loop': 'for (;;);',
  'a loop that catches what stops it': 'for (;;) try { for (;;); } catch {}',
  'a loop in finally': 'try { throw 1; } finally { for (;;); }',
  'finally in finally in finally': 'try { try { for (;;); } finally { for (;;); } } finally { for (;;); }',
  'a labelled continue': 'outer: for (;;) for (;;) continue outer;',
  'a do that emits': 'do { ctx.emit("k", 1); } while (true);',
  'a loop over an array that grows':
    'const a = [1]; for (const x of a) { a.push(x); a.length = 2; a.push(1); ctx.count("n"); if (a.length > 9) a.length = 1; else for (;;); }',
  'a loop over an endless generator': 'const g = (function* () { for (;;) yield 1; })(); for (const x of g);',
  'a generator that delegates to itself': 'function* g() { for (;;) yield* [1]; } for (const x of g());',
  'an iterator that is never done':
    'for (const x of { [Symbol.iterator]() { return this; }, next() { return { done: false }; } });',
  'spreading an endless iterator of nothing': 'for (;;) Math.max(...[]);',
  'waiting for a clock that stands still': 'const end = Date.now() + 1; while (Date.now() < end);',
  'waiting for other randomness': 'while (Math.random() < 2);',
  'a valueOf that loops': '+{ valueOf() { for (;;); } };',
  'a toString that loops as a key': 'ctx.emit("" + { toString() { for (;;); } }, 1);',
  'a Symbol.toPrimitive that loops': '"" + { [Symbol.toPrimitive]() { for (;;); } };',
  'a getter that loops': '({ get x() { for (;;); } }).x;',
  'a setter that loops': '({ set x(v) { for (;;); } }).x = 1;',
  'a toJSON that loops': 'ctx.emit("k", { toJSON() { for (;;); } });',
  'a proxy that loops on every trap':
    'const t = () => { for (;;); }; Object.keys(new Proxy({}, { ownKeys: t, get: t }));',
  'a proxy that loops as a key': 'ctx.emit(new Proxy([], { get() { for (;;); } }), 1);',
  'a default parameter that loops': '((x = (() => { for (;;); })()) => x)();',
  'a static block that loops': 'class A { static { for (;;); } }',
  'a tagged template that loops': '(() => { for (;;); })`x`;',
  'eval that loops': 'eval("for (;;);");',
  'recursion that catches its end':
    'let n = 0; const f = () => { try { f(); } catch { n++; f(); } }; f(); for (;;) f();',
  'a function made of text that loops': 'new Function("for (;;);")();',
  'a loop in a thrown iterator’s return':
    'for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { for (;;); } }) }) break;',
});
