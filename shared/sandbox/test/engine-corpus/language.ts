import { programsOf } from './programs-of.js';

/** Control flow, functions, classes, generators, destructuring, errors, proxies, symbols, dates. */
export const language = programsOf(String.raw`
  (() => { const out = []; outer: for (let i = 0; i < 4; i++) { for (let j = 0; j < 4; j++) { if (j === 2) continue outer; if (i === 3) break outer; out.push(i * 10 + j); } } return out; })()
  (() => { const f = []; for (let i = 0; i < 3; i++) f.push(() => i); for (var j = 0; j < 3; j++) f.push(() => j); return f.map(g => g()); })()
  (() => { switch (3) { case 1: return 'a'; default: case 2: return 'b'; case 4: return 'c'; } })()
  (() => { const out = []; switch ('x') { case 'x': out.push(1); case 'y': out.push(2); break; case 'z': out.push(3); } return out; })()
  (() => { try { try { throw new Error('a'); } finally { return 1; } } catch { return 2; } finally { return 3; } })()
  (() => { const out = []; for (const i of [1, 2, 3]) { try { if (i === 2) continue; out.push(i); } finally { out.push('f' + i); } } return out; })()
  (() => { let n = 0; do { n++; if (n === 3) continue; if (n > 5) break; } while (n < 10); while (n-- > 2); return n; })()
  (() => { const o = { a: 1, b: 2 }; const out = []; for (const k in Object.create(o, { c: { value: 3, enumerable: true } })) out.push(k); return out; })()
  (() => { const { a, b: { c = 5, ...d } = {}, ...e } = { a: 1, b: { x: 2, y: 3 }, f: 4, g: 5 }; return [a, c, d, e]; })()
  (() => { const [a, , b = 3, ...c] = [1, 2, undefined, 4, 5]; let x = 1, y = 2; [x, y] = [y, x]; return [a, b, c, x, y]; })()
  (() => { function f(a, b = a + 1, ...c) { return [a, b, c, arguments.length, f.length]; } return [f(1), f(1, undefined, 3, 4)]; })()
  (() => { const f = function g(n) { return n < 2 ? n : g(n - 1) + g(n - 2); }; return f(15); })()
  (() => { const add = a => b => c => a + b + c; return [add(1)(2)(3), (function () { return this === undefined; }).call(undefined), [1, 2].map(Number.prototype.toFixed.call, Number.prototype.toFixed)]; })()
  (() => { function F() { if (!new.target) return new F(); this.x = 1; } F.prototype.y = 2; const f = F(); return [f.x, f.y, f instanceof F, f.constructor.name]; })()
  (() => { class A { #p = 1; static s = 5; static #q = 6; get p() { return this.#p; } set p(v) { this.#p = v * 2; } static q() { return A.#q; } has(o) { return #p in o; } } const a = new A(); a.p = 4; return [a.p, A.s, A.q(), a.has(a), a.has({})]; })()
  (() => { class A { constructor() { this.n = this.name(); } name() { return 'A'; } } class B extends A { name() { return 'B' + super.name(); } } return [new B().n, B.name, Object.getPrototypeOf(B) === A]; })()
  (() => { class E2 extends Error { constructor(m) { super(m); this.name = 'E2'; } } try { throw new E2('x'); } catch (e) { return [e instanceof Error, e.name, e.message, String(e)]; } })()
  (() => { class S extends Array { sum() { return this.reduce((a, b) => a + b, 0); } } const s = S.from([1, 2, 3]); return [s.sum(), s.map(x => x * 2) instanceof S, s.length]; })()
  (() => { const o = { get x() { return 7; }, set x(v) { this.y = v; }, ['a' + 1]: 2, m() { return super.toString === Object.prototype.toString; } }; o.x = 3; return [o.x, o.y, o.a1, o.m()]; })()
  (() => { function* g() { const x = yield 1; try { yield x * 2; } finally { yield 'cleanup'; } } const i = g(); return [i.next(), i.next(21), i.return(9), i.next(), i.next()]; })()
  (() => { function* inner() { yield 1; return 2; } function* outer() { const r = yield* inner(); yield r * 10; yield* [7, 8]; } return [...outer()]; })()
  (() => { function* nat() { let n = 0; for (;;) yield n++; } const out = []; for (const n of nat()) { if (n > 20) break; if (n % 3) continue; out.push(n); } return out; })()
  (() => { const it = { from: 1, to: 4, [Symbol.iterator]() { let n = this.from; const to = this.to; return { next: () => (n <= to ? { value: n++, done: false } : { value: undefined, done: true }), return() { return {}; } }; } }; return [[...it], Math.max(...it), Array.from(it, x => x * x)]; })()
  (() => { const log = []; const p = new Proxy({ a: 1 }, { get: (t, k) => (log.push('get ' + String(k)), t[k] ?? 'none'), has: (t, k) => (log.push('has ' + k), k in t), deleteProperty: (t, k) => delete t[k], ownKeys: () => ['z', 'a'] }); return [p.a, p.b, 'a' in p, delete p.a, Reflect.ownKeys(p), log]; })()
  [Reflect.has({ x: 1 }, 'x'), Reflect.apply(Math.max, null, [1, 3]), Reflect.construct(Array, [3]).length, Reflect.getPrototypeOf([]) === Array.prototype]
  (() => { const s = Symbol('d'); const o = { [s]: 1, [Symbol.toPrimitive]: h => (h === 'number' ? 42 : h) }; return [s.description, o[s], +o, String(o), o + '', Symbol.for('a') === Symbol.for('a'), Symbol.keyFor(Symbol.for('a'))]; })()
  [null, undefined, 0, '', NaN, [], {}, '0', 'false', -0, 0n].map(Boolean)
  ['TypeError: null.x', 'ReferenceError', 'RangeError', 'SyntaxError'].map((_, i) => { try { [() => null.x, () => notDefined, () => new Array(-1), () => eval('1 +')][i](); return 'none'; } catch (e) { return e.name; } })
  [() => undefined(), () => ({}).x.y, () => { const c = 1; c = 2; }, () => { 'use strict'; Object.freeze([]).push(1); }, () => Symbol() + '', () => 1n + 1, () => new (() => 1)(), () => [].reduce((a, b) => a), () => 'x'.repeat(-1), () => (1).toFixed(101)].map(f => { try { f(); return 'ok'; } catch (e) { return e.name; } })
  (() => { try { x; let x = 1; } catch (e) { return [e.name, typeof undeclared]; } })()
  (() => { const e = new Error('m', { cause: 'c' }); const a = new AggregateError([1, 2], 'agg'); return [e.cause, a.errors, a.message, Object.prototype.toString.call(e), e.toString()]; })()
  [Object.prototype.toString.call(null), Object.prototype.toString.call([]), Object.prototype.toString.call(new Date(0)), Object.prototype.toString.call({ [Symbol.toStringTag]: 'X' })]
  [new Date(0).toISOString(), new Date(Date.UTC(2024, 1, 29, 12)).getTime(), new Date('2024-02-30').getTime(), Date.parse('2024-01-01T00:00:00.5Z'), new Date(2020, 0, 31).getMonth()]
  (() => { const d = new Date(Date.UTC(2023, 11, 31, 23, 59, 59, 999)); d.setUTCMilliseconds(1000); d.setUTCMonth(1, 31); return [d.toISOString(), d.getUTCDay(), d.toJSON()]; })()
  [new Date(8.64e15).toISOString(), String(new Date(8.64e15 + 1).getTime()), new Date(-1).toISOString(), new Date('1969-07-20T20:17:40Z').valueOf()]
  [typeof globalThis, (0, eval)('1 + 1'), new Function('a', 'b', 'return a * b')(6, 7), eval('var z = 5; z * 2')]
  [void 0, (1, 2, 3), 5 ? 'y' : 'n', !'', !!'a', +'3', -'3', +[], +{}, typeof +1n.toString()]
  (() => { let s = ''; const o = { toString: () => 's', valueOf: () => 1 }; s += o; s += ${'`${o}`'}; return [s, o + 1, o * 2, [o] + '', o == 1, o > 0]; })()
  [{}?.a?.b, null?.[0], undefined?.(), ({ f: () => 3 }).f?.(), (null)?.a.b.c ?? 'dflt']
  (() => { const tag = (s, ...v) => s.raw.join('|') + v.join(','); return [tag${'`a${1}\\n${2}b`'}, ((s) => s[0] === undefined)${'`\\u`'}]; })()
  (() => { label: { if (true) break label; } var fns = { f() { return typeof this; } }; return [fns.f(), (0, fns.f)(), (() => typeof this)() !== 'x']; })()
  (() => { let calls = 0; const o = { get a() { calls++; return null; } }; o.a ?? o.a ?? 1; o.a?.b; return calls; })()
  (() => { function f(x) { arguments[0] = 9; return x; } function g(x) { 'use strict'; arguments[0] = 9; return x; } return [f(1), g(1)]; })()
  (() => { const counts = {}; for (const c of 'mississippi') counts[c] = -~counts[c]; return counts; })()
  [[..."hello"].reverse().join(''), [1, [2]].toString(), String([null]), String({}), ${'`${[1, 2]}`'}, [] == '', [0] == false, [1, 2] == '1,2']
  (() => { var x = 1; { function x2() { return x; } } const r = [x2(), hoisted()]; function hoisted() { return 'h'; } return r; })()
  (() => { class Node2 { constructor(v, n) { this.v = v; this.n = n; } *[Symbol.iterator]() { for (let a = this; a; a = a.n) yield a.v; } static of(...x) { return x.reduceRight((n, v) => new Node2(v, n), null); } } return [...Node2.of(1, 2, 3)]; })()
  (() => { const memo = new Map(); const f = n => memo.get(n) ?? (memo.set(n, n < 2 ? n : f(n - 1) + f(n - 2)), memo.get(n)); return f(70); })()
  (() => { const compose = (...f) => x => f.reduceRight((a, g) => g(a), x); return compose(x => x + 1, x => x * 2, x => x - 3)(10); })()
  (() => { const d = Object.getOwnPropertyDescriptors(class { static a = 1; static get b() { return 2; } }); return [Object.keys(d).sort(), d.a.writable, typeof d.b.get]; })()
`);
