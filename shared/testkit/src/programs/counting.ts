/** Programs that count and add up. Those that combine do so over integers, where regrouping changes nothing. */
import { functionProgram, moduleProgram } from './good-program.js';

const mapWords = `function map(line, ctx) {
  for (const word of line.toLowerCase().split(/[^\\p{L}\\p{N}]+/u)) if (word !== '') ctx.emit(word, 1);
}`;

const sum = `function sum(key, values) {
  let total = 0;
  for (const value of values) total += value;
  return [key, total];
}`;

export const wordCount = functionProgram('word count', 'any', { map_function: mapWords, reduce_function: sum });

export const combinedWordCount = functionProgram('word count with a combiner', 'any', {
  map_function: mapWords,
  combine_function: sum,
  reduce_function: sum,
});

export const sumByField = functionProgram('sum by JSON field', 'json', {
  map_function: `(line) => { const event = JSON.parse(line); return [[event.city, event.amount]]; }`,
  combine_function: '(city, amounts) => [city, amounts.reduce((a, b) => a + b, 0)]',
  reduce_function: '(city, amounts) => [city, amounts.reduce((a, b) => a + b, 0)]',
});

export const averageByField = functionProgram('average by JSON field, pairs of sum and count combined', 'json', {
  map_function: `(line) => { const { city, amount } = JSON.parse(line); return [[city, [amount, 1]]]; }`,
  combine_function: `(city, values) => {
    let sum = 0, count = 0;
    for (const [s, n] of values) { sum += s; count += n; }
    return [city, [sum, count]];
  }`,
  reduce_function: `(city, values) => {
    let sum = 0, count = 0;
    for (const [s, n] of values) { sum += s; count += n; }
    return [city, sum / count];
  }`,
});

export const countWithCounters = functionProgram('user counters', 'any', {
  map_function: `(line, ctx) => {
    ctx.count('lines');
    ctx.count('characters', line.length);
    if (line === '') ctx.count('empty lines');
    ctx.count('__proto__', -1);
    return [[line.length, 1]];
  }`,
  reduce_function: `(length, values, ctx) => { ctx.count('lengths'); return [length, values.toArray().length]; }`,
});

export const moduleWordCount = moduleProgram(
  'module with setup and teardown',
  'any',
  `let minimum;
let seen = 0;
export function setup(ctx) { minimum = ctx.params.minimum; }
export function map(line, ctx) {
  for (const word of line.split(' ')) if (word.length >= minimum) { seen++; ctx.emit(word, 1); }
}
export const combine = (word, counts) => [word, counts.reduce((a, b) => a + b, 0)];
export const reduce = combine;
export function teardown(ctx) { ctx.count('words of that length', seen); }
`,
  { parameters: { minimum: 3 } },
);

export const mapSideTotal = moduleProgram(
  'totals kept in the module and emitted by teardown',
  'any',
  `const totals = new Map();
export function map(line) {
  const length = Math.min(line.length, 20);
  totals.set(length, (totals.get(length) ?? 0) + 1);
}
export function reduce(length, counts) { return [length, counts.reduce((a, b) => a + b, 0)]; }
export function teardown(ctx) { for (const [length, count] of totals) ctx.emit(length, count); }
`,
);
