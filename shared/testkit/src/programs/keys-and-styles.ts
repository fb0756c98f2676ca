/** Programs with every type of key, every way of giving pairs back, and their own partitions. */
import { functionProgram } from './good-program.js';

export const arrayKeys = functionProgram('array keys', 'json', {
  map_function: `(line) => { const { city, year, amount } = JSON.parse(line); return [[[city, year], amount]]; }`,
  reduce_function: `(key, amounts) => [key, amounts.reduce((a, b) => a + b, 0)]`,
});

export const numberKeys = functionProgram('number keys', 'numbers', {
  map_function: `(line) => [[Number(line), 1], [-Number(line), 1], [Number(line) / 3, 1]]`,
  reduce_function: `(number, ones) => [number, ones.toArray().length]`,
});

export const booleanKeys = functionProgram('boolean keys', 'any', {
  map_function: `(line) => [[line.length % 2 === 0, line.length]]`,
  reduce_function: `(even, lengths) => [even, lengths.reduce((a, b) => Math.max(a, b), 0)]`,
});

export const mixedKeys = functionProgram('keys of all types beside each other', 'any', {
  map_function: `(line) => [
    [line, 's'], [line.length, 'n'], [line.length > 10, 'b'], [[], 'a'], [[line.length, line], 'a'], [[[true], line], 'a'],
  ]`,
  reduce_function: `(key, values) => [key, values.toArray()]`,
});

export const generatorStyle = functionProgram('generators in map and reduce', 'any', {
  map_function: `function* (line) { for (const character of line) yield [character, line.length]; }`,
  reduce_function: `function* (character, lengths) {
    let count = 0, most = 0;
    for (const length of lengths) { count++; if (length > most) most = length; }
    yield [character, count];
    yield [character + '!', { most }];
  }`,
});

export const emitStyle = functionProgram('emit in map and reduce', 'any', {
  map_function: `(line, ctx) => { for (const word of line.split(' ')) { ctx.emit(word, line.length); } }`,
  reduce_function: `(word, lengths, ctx) => {
    const all = lengths.toArray();
    if (all.length > 1) ctx.emit(word, all);
    ctx.emit(word, all.length);
  }`,
});

export const mixedStyle = functionProgram('emit and returned pairs together', 'any', {
  map_function: `(line, ctx) => { ctx.emit('emitted', line); return new Map([['returned', line.length]]); }`,
  reduce_function: `function* (key, values, ctx) { ctx.emit(key, 'first'); yield [key, values.toArray().length]; }`,
});

export const jsonValues = functionProgram('values of every JSON type, and of none', 'any', {
  map_function: `(line) => [
    ['nothing', undefined], ['not a number', NaN], ['text', line], ['nested', { line, list: [1, [null, true]] }], ['float', line.length / 7],
  ]`,
  reduce_function: `(key, values) => [key, values.toArray()]`,
});

export const partitionByLength = functionProgram('its own partition function', 'any', {
  map_function: `(line) => line.split(' ').map(word => [word, 1])`,
  partition_function: `(word, reducers) => word.length % reducers`,
  reduce_function: `(word, ones) => [word, ones.reduce((a, b) => a + b, 0)]`,
});

export const silent = functionProgram('nothing emitted at all', 'any', {
  map_function: `() => {}`,
  reduce_function: `() => {}`,
});
