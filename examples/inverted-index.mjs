/**
 * Inverted index: which files hold a word, as a search engine needs it.
 *
 * The value is where the word was found: `ctx.input.path` names the file that a record came from. A word's files arrive in any number and many times
 * over; `combine` leaves one of each in a map task, and `reduce` makes one sorted list of all.
 *
 *     npx gridmr run examples/inverted-index.mjs
 */
export const job = { name: 'inverted index', input_file: 'books', num_reducers: 2 };

export function map(line, ctx) {
  for (const word of new Set(line.toLowerCase().match(/[a-z]+/g))) ctx.emit(word, ctx.input.path);
}

export function combine(word, paths, ctx) {
  for (const path of new Set(paths)) ctx.emit(word, path);
}

export function reduce(word, paths) {
  return [word, [...new Set(paths)].sort()];
}
