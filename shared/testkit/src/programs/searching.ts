/** Programs that find, index and choose. */
import { functionProgram } from './good-program.js';

export const grep = functionProgram(
  'grep, map only',
  'any',
  {
    map_function: `(line, ctx) => line.includes(ctx.params.pattern) ? [[ctx.input.offset, line]] : []`,
  },
  { parameters: { pattern: 'e' } },
);

export const invertedIndex = functionProgram('inverted index', 'any', {
  map_function: `function* map(line, ctx) {
    for (const word of new Set(line.split(' '))) yield [word, ctx.input.path + ':' + ctx.input.offset];
  }`,
  reduce_function: `(word, places) => [word, places.toArray()]`,
});

export const longestLine = functionProgram('longest line per first letter', 'any', {
  map_function: `(line) => line === '' ? undefined : [[String.fromCodePoint(line.codePointAt(0)), line]]`,
  combine_function: `(letter, lines) => [letter, lines.reduce((a, b) => (b.length > a.length ? b : a))]`,
  reduce_function: `(letter, lines) => [letter, lines.reduce((a, b) => (b.length > a.length ? b : a))]`,
});

export const sortLinesProgram = functionProgram('sort, every line its own key', 'any', {
  map_function: `(line) => [[line, null]]`,
  reduce_function: `function* reduce(line, values) { for (const value of values) yield [line, value]; }`,
});

export const upperCase = functionProgram('lines changed, map only', 'any', {
  map_function: `(line, ctx) => { ctx.emit(line.length, line.toUpperCase()); }`,
});
