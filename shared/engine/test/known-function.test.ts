import { expect } from 'chai';
import { recogniseFunction } from '../dist/known-function.js';

describe('recogniseFunction', () => {
  for (const source of [
    '(key, values) => [key, values.reduce((a, b) => a + b, 0)]',
    '(k,vs)=>[k,vs.reduce((x,y)=>y+x,0)]',
    '(word, counts, ctx) => ctx.emit(word, counts.reduce((a, b) => a + b, 0))',
    'function (key, values) { return [key, values.reduce((a, b) => a + b, 0)]; }',
    'function total(key, values) {\n  let sum = 0;\n  for (const value of values) sum += value;\n  return [key, sum]\n}',
    '(key, values) => { let n = 0; for (const v of values) { n += v; } return [key, n]; }',
    '(k, v) => [k, v.reduce((a, b) => { return a + b; }, 0)]',
  ]) {
    it(`knows as a sum: ${source}`, () => expect(recogniseFunction(source)).to.equal('sum'));
  }

  for (const source of [
    'function* (key, values) { for (const value of values) yield [key, value]; }',
    'function* same(k, vs) {\n  for (const v of vs) {\n    yield [k, v];\n  }\n}',
    '(k, vs, ctx) => { for (const v of vs) ctx.emit(k, v); }',
  ]) {
    it(`knows as an identity: ${source}`, () => expect(recogniseFunction(source)).to.equal('identity'));
  }

  for (const source of [
    '(word, paths) => [word, [...new Set(paths)].sort()]',
    'function reduce(word, paths) {\n  return [word, [...new Set(paths)].sort()];\n}',
    '(word, places) => [word, [...new Set(places)].length]',
    '(word, places) => [word, new Set(places).size]',
    '(word, places) => [word, Array.from(new Set(places)).join(", ")]',
    'function combine(word, paths, ctx) {\n  for (const path of new Set(paths)) ctx.emit(word, path);\n}',
    'function* (word, paths) { for (const path of new Set(paths)) yield [word, path]; }',
  ]) {
    it(`knows as one that wants distinct values: ${source}`, () =>
      expect(recogniseFunction(source)).to.equal('distinct'));
  }

  const almost = {
    'a set of something else': '(k, vs) => [k, [...new Set(k)]]',
    'a set and the values besides': '(k, vs) => [k, [...new Set(vs)].length / vs.toArray().length]',
    'another set': '(k, vs) => [k, [...new WeakSet(vs)]]',
    'a set that is called': '(k, vs) => [k, [...Set(vs)]]',
    'a set of a parameter of that name': '(Set, vs) => [Set, [...new Set(vs)]]',
    'a set in a string': '(k, vs) => [k, "[...new Set(vs)]"]',
    'another start': '(k, vs) => [k, vs.reduce((a, b) => a + b, 1)]',
    'a longer number': '(k, vs) => [k, vs.reduce((a, b) => a + b, 00)]',
    'a difference': '(k, vs) => [k, vs.reduce((a, b) => a - b, 0)]',
    'the first value twice': '(k, vs) => [k, vs.reduce((a, b) => a + a, 0)]',
    'names in other places': '(k, vs) => [vs, k.reduce((a, b) => a + b, 0)]',
    'one name for two things': '(k, k) => [k, k.reduce((a, b) => a + b, 0)]',
    'a name from outside': '(k, vs) => [key, vs.reduce((a, b) => a + b, 0)]',
    'a parameter with a default': '(k, vs = []) => [k, vs.reduce((a, b) => a + b, 0)]',
    'a line break that ends a statement': '(k, vs) => { return\n[k, vs.reduce((a, b) => a + b, 0)]; }',
    'a line break after yield': 'function* (k, vs) { for (const v of vs) yield\n[k, v]; }',
    'a comment': '(k, vs) => /* sum */ [k, vs.reduce((a, b) => a + b, 0)]',
    'an asynchronous function': 'async (k, vs) => [k, vs.reduce((a, b) => a + b, 0)]',
    'another method': '(k, vs) => [k, vs.reduceRight((a, b) => a + b, 0)]',
    'a parameter that is called like a method': '(reduce, vs) => [reduce, vs.emit((a, b) => a + b, 0)]',
    'an element changed': 'function* (k, vs) { for (const v of vs) yield [k, [v]]; }',
    'a key changed': 'function* (k, vs) { for (const v of vs) yield [v, k]; }',
    'another loop': 'function* (k, vs) { for (const v in vs) yield [k, v]; }',
    'two sums': '(k, vs) => { let n = 0; for (const v of vs) n += v; n += n; return [k, n]; }',
    'no function': 'function (k, vs) { [native code] }',
  };
  for (const [what, source] of Object.entries(almost)) {
    it(`does not know ${what}`, () => expect(recogniseFunction(source)).to.equal(undefined));
  }

  it('does not look at long sources', () => {
    const padding = ' '.repeat(400);
    expect(recogniseFunction(`(k, vs) => ${padding}[k, vs.reduce((a, b) => a + b, 0)]`)).to.equal(undefined);
  });
});
