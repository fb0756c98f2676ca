/**
 * Word count: the smallest job that has everything.
 *
 * `map` emits a pair for each word, `reduce` adds up what stands under one word. All pairs would have to travel from map to reduce; `combine` adds
 * up those of one map task first, so that a word travels once per task. A combiner may run any number of times, so it gives what it takes.
 *
 *     npx gridmr run examples/word-count.mjs
 */
export const job = { name: 'word count', input_file: 'books', num_reducers: 2 };

export function map(line, ctx) {
  for (const word of line.toLowerCase().match(/[a-z]+/g) ?? []) ctx.emit(word, 1);
}

export function combine(word, counts) {
  return [word, counts.reduce((a, b) => a + b, 0)];
}

export const reduce = combine;
