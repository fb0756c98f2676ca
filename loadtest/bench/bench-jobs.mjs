/**
 * The jobs that are measured, and the bar of each: MB/s from submission to completion with 2 workers, divided by twice what the
 * published engine does in a bare loop (`engine-limit.mjs`), or by what GNU sort does. `files`: the input is cut into so many.
 */
const sum = '(key, counts) => [key, counts.reduce((a, b) => a + b, 0)]';
const countWords = '(line, ctx) => { for (const word of line.split(" ")) ctx.emit(word, 1); }';

export const benchJobs = [
  {
    name: 'word count with combiner',
    input: 'text',
    bar: { of: 'engine', ratio: 0.9 },
    functions: { map_function: countWords, combine_function: sum, reduce_function: sum },
    limit: 'combine',
    opponent: `mawk '{ for (i = 1; i <= NF; i++) n[$i]++ } END { for (w in n) print w "\\t" n[w] }'`,
  },
  {
    name: 'JSON lines, sum by key, combiner',
    input: 'json',
    bar: { of: 'engine', ratio: 0.95 },
    functions: {
      map_function: '(line, ctx) => { const { user, amount } = JSON.parse(line); ctx.emit(user, amount); }',
      combine_function: sum,
      reduce_function: sum,
    },
    limit: 'combine',
  },
  {
    name: 'regex filter, map-only',
    input: 'logs',
    bar: { of: 'engine', ratio: 0.95 },
    functions: { map_function: '(line, ctx) => { if (/ERROR .* took \\d{4} ms/.test(line)) ctx.emit(line, 1); }' },
    mapOnly: true,
    limit: 'push',
    opponent: `grep -E 'ERROR .* took [0-9]{4} ms'`,
  },
  {
    name: 'word count without combiner',
    input: 'text',
    bar: { of: 'engine', ratio: 0.85 },
    functions: { map_function: countWords, reduce_function: sum },
    limit: 'combine',
  },
  {
    // That of `examples/inverted-index.mjs`, without its combiner.
    name: 'inverted index, no combiner',
    input: 'text',
    files: 20,
    bar: { of: 'engine', ratio: 0.7 },
    functions: {
      map_function:
        '(line, ctx) => { for (const word of new Set(line.toLowerCase().match(/[a-z]+/g))) ctx.emit(word, ctx.input.path); }',
      reduce_function: '(word, paths) => [word, [...new Set(paths)].sort()]',
    },
    limit: 'push',
  },
  {
    // Next to nothing to map, a set of all that is shuffled: what the border and the shuffle cost where nothing spares them. It has no bar.
    name: 'index of places, no combiner',
    input: 'text',
    bar: { of: 'engine' },
    functions: {
      map_function:
        '(line, ctx) => { const words = line.split(" "); for (const word of words) ctx.emit(word, words[0]); }',
      reduce_function: '(word, places) => [word, [...new Set(places)].length]',
    },
    limit: 'push',
  },
  {
    name: 'sort of 100-byte records',
    input: 'records',
    bar: { of: 'sort', ratio: 0.35 },
    functions: {
      map_function: '(line, ctx) => { ctx.emit(line.slice(0, 10), line.slice(10)); }',
      reduce_function: 'function* (key, values) { for (const value of values) yield [key, value]; }',
    },
    limit: 'push',
    opponent: 'LC_ALL=C sort --parallel=2 -S 64M',
  },
];
