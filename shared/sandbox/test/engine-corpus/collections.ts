import { programsOf } from './programs-of.js';

/** Arrays, typed arrays, maps, sets, sorting, JSON. */
export const collections = programsOf(String.raw`
  [[1, 2, 3].map(x => x * 2), [1, 2, 3].filter(x => x > 1), [1, 2, 3].reduce((a, b) => a + b), [1, 2, 3].reduceRight((a, b) => a + '-' + b)]
  [[3, 1, 2].sort(), [10, 9, 1].sort(), [10, 9, 1].sort((a, b) => a - b), ['b', undefined, 'a'].sort(), [3, , 1].sort().length]
  [[1, [2, [3, [4]]]].flat(), [1, [2, [3, [4]]]].flat(Infinity), [1, 2].flatMap(x => [x, [x]])]
  [[1, 2, 3].at(-1), [1, 2, 3].indexOf(4), [NaN].includes(NaN), [NaN].indexOf(NaN), [1, 2, 1].lastIndexOf(1)]
  [[1, 2, 3, 4].findLast(x => x % 2), [1, 2, 3].findLastIndex(x => x > 5), [5, 6].find(x => x > 5), [5, 6].findIndex(x => x > 5)]
  (() => { const a = [1, 2, 3, 4, 5]; const r = a.splice(1, 2, 'x', 'y', 'z'); return [a, r, a.length]; })()
  (() => { const a = [1, 2, 3]; return [a.push(4), a.pop(), a.shift(), a.unshift(9, 8), a, a.reverse(), a.fill(0, 1, 2), a.copyWithin(0, 2)]; })()
  [[1, 2, 3].toSorted((a, b) => b - a), [1, 2].toReversed(), [1, 2, 3].with(1, 9), [1, 2, 3].toSpliced(0, 1)]
  [Array.from({ length: 3 }, (_, i) => i * i), Array.of(7), new Array(3).length, [, 1].length, 1 in [, 1], 0 in [, 1]]
  [[1, 2, 3].join(), [null, undefined, 1].join('-'), [[1, 2], [3]].toString(), [1, 2, 3].concat(4, [5, [6]])]
  [[1, 2, 3].every(x => x > 0), [].every(x => false), [].some(x => true), [1, 2].entries().next().value, [...[7, 8].keys()]]
  (() => { const a = []; a[5] = 1; a.foo = 2; return [a.length, Object.keys(a), a.indexOf(undefined), a.findIndex(x => x === undefined)]; })()
  (() => { const a = [1, 2, 3]; a.length = 1; a.length = 3; return [a.length, 1 in a, a.map(x => 0).length, JSON.stringify(a)]; })()
  Array.from({ length: 100 }, (_, i) => (i * 7919) % 101).sort((a, b) => a - b)
  Array.from({ length: 60 }, (_, i) => ({ k: i % 5, i })).sort((a, b) => a.k - b.k).map(x => x.i)
  Array.from({ length: 50 }, (_, i) => 'k' + ((i * 37) % 50)).sort()
  (() => { const out = []; const a = [1, 2, 3]; for (const x of a) { out.push(x); if (x < 3 && a.length < 6) a.push(x * 10); } return out; })()
  (() => { const m = new Map([[1, 'a'], ['1', 'b'], [NaN, 'c']]); m.set(-0, 'z'); return [m.size, m.get(1), m.get('1'), m.get(NaN), m.get(0), Object.is([...m.keys()][3], 0)]; })()
  (() => { const m = new Map(); for (let i = 0; i < 2000; i++) m.set('k' + (i % 700), i); for (let i = 0; i < 700; i += 2) m.delete('k' + i); return [m.size, [...m].slice(0, 3), m.has('k1'), m.get('k699')]; })()
  (() => { const m = new Map([[1, 1], [2, 2], [3, 3]]); const seen = []; for (const [k] of m) { seen.push(k); if (k === 1) { m.delete(2); m.set(4, 4); } } return seen; })()
  (() => { const s = new Set([3, 1, 3, 2]); s.delete(1); s.add(1); return [[...s], s.size, s.has(2)]; })()
  (() => { const w = new WeakMap(); const k = {}; w.set(k, 1); return [w.get(k), w.has({}), new WeakSet([k]).has(k)]; })()
  (() => { const o = { b: 1, 2: 'x', a: 2, 1: 'y', [Symbol('s')]: 3 }; return [Object.keys(o), Object.entries(o), JSON.stringify(o), Object.getOwnPropertySymbols(o).length]; })()
  (() => { const o = { a: 1, b: { c: 2 } }; const p = { ...o, a: 9 }; p.b.c = 5; const { a, ...rest } = o; return [o, p, a, rest, Object.assign({}, null, 'xy')]; })()
  [Object.fromEntries([['a', 1], ['b', 2]]), Object.entries('ab'), Object.values([5, 6]), Object.hasOwn({ x: 1 }, 'x'), 'toString' in {}]
  (() => { const o = Object.freeze({ a: 1 }); let e = ''; try { 'use strict'; (function () { 'use strict'; o.a = 2; })(); } catch (x) { e = x.name; } return [o.a, e, Object.isFrozen(o)]; })()
  [JSON.stringify({ a: [1, , undefined, () => 1, NaN, -0, new Date(0), null], b: undefined, c: Symbol() }), JSON.stringify([new Map([[1, 2]]), new Set([1])])]
  [JSON.stringify({ a: 1, b: [1, 2] }, null, 2), JSON.stringify({ a: 1, b: 2 }, ['b']), JSON.stringify([1], (k, v) => (Array.isArray(v) ? v : v + 1)), JSON.stringify('a', null, '--')]
  [JSON.parse('{"a":[1,2,{"b":null}],"__proto__":1}', (k, v) => (typeof v === 'number' ? v + 1 : v)), JSON.parse(' [1e3, -0.5, true] ')]
  ['{a:1}', '[1,]', '01', "'x'", '{"a":1,}', '[', '"\n"', 'nul', ''].map(t => { try { return JSON.parse(t); } catch (e) { return e.name; } })
  JSON.stringify({ toJSON: () => ({ x: 1 }), y: 2 }) + JSON.stringify({ d: new Date(86400000) }) + JSON.stringify(Object.create({ inherited: 1 }))
  (() => { const t = new Uint8Array([1, 256, -1, 3.7]); return [[...t], [...new Uint8ClampedArray([300, -5, 1.5])], [...new Int16Array([40000])], [...new Float32Array([0.1])]]; })()
  (() => { const b = new ArrayBuffer(16); const v = new DataView(b); v.setFloat64(0, Math.PI); v.setInt32(8, -2, true); v.setBigUint64(8, 2n ** 63n); return [[...new Uint8Array(b)], v.getFloat32(0), v.getUint16(8)]; })()
  (() => { const f = new Float64Array([3, 1, NaN, 2, -0, 0]); return [[...f.sort()], f.indexOf(2), [...f.subarray(1, 3)], [...f.slice(-2)], f.byteLength]; })()
  (() => { const a = new Int32Array(10).map((_, i) => i * i); a.set([7, 8], 3); a.copyWithin(0, 5, 8); return [[...a], a.reduce((x, y) => x + y), a.join('|'), [...a.toSorted()], [...a.with(0, 9)]]; })()
  (() => { const b = new Uint8Array([0, 0, 128, 63]).buffer; return [new Float32Array(b)[0], new Uint32Array(b)[0], b.slice(2).byteLength, ArrayBuffer.isView(new DataView(b))]; })()
  (() => { const a = [5, 3, 8, 1]; const i = a.keys(); return [i.next(), [...i], Array.isArray(a), Array.prototype.slice.call('abc', 1), Array.prototype.map.call('abc', c => c + c)]; })()
  (() => { const groups = {}; for (const w of 'apple bob cat alice cow'.split(' ')) (groups[w[0]] ??= []).push(w); return groups; })()
  (() => { const m = [[1, 2], [3, 4], [5, 6]]; const t = m[0].map((_, i) => m.map(r => r[i])); return [t, m.flat(), Math.max(...m.flat())]; })()
  (() => { const h = []; for (const x of [5, 2, 9, 1, 7, 3]) { h.push(x); let i = h.length - 1; while (i && h[(i - 1) >> 1] > h[i]) { [h[i], h[(i - 1) >> 1]] = [h[(i - 1) >> 1], h[i]]; i = (i - 1) >> 1; } } return h; })()
  (() => { const a = [1, 2, 3]; Object.defineProperty(a, 1, { get: () => 42 }); return [a.map(x => x), a.slice(), a.indexOf(42), JSON.stringify(a)]; })()
  (() => { const a = Array.from({ length: 200 }, (_, i) => i); for (let i = 0; i < 50; i++) a.splice(i, 1, ...a.splice(-i, 1)); return a; })()
  (() => { const o = {}; for (let i = 0; i < 500; i++) o['p' + i] = i; for (let i = 0; i < 500; i += 3) delete o['p' + i]; return [Object.keys(o).length, o.p1, o.p3, Object.values(o).reduce((a, b) => a + b)]; })()
  [[1, 2, 3, 4, 5].slice(-2), [1, 2, 3].slice(1, -1), [..."ab"].entries().toArray?.() ?? [...[..."ab"].entries()], [3, 2, 1].sort(() => 0)]
`);
