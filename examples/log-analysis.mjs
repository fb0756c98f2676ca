/**
 * Log analysis: how often each path of a site is asked for, how often that fails, how long it takes.
 *
 * A mean cannot be combined from means, but sums and counts can: values are small records that add up, and the last step divides. Lines that are not
 * what a log should hold are counted, not fatal: `ctx.count` makes counters of your own, which `gridmr status` shows.
 *
 *     npx gridmr run examples/log-analysis.mjs
 */
export const job = { name: 'log analysis', input_file: 'examples/access-log.txt', output_format: 'jsonl' };

const shape = /^\S+ \S+ \S+ \[[^\]]+\] "(?:GET|POST|PUT|DELETE) (\S+) HTTP\/[\d.]+" (\d{3}) \d+ (\d+)$/;

export function map(line, ctx) {
  const found = shape.exec(line);
  if (found === null) return ctx.count('lines not understood');
  const [, path, status, ms] = found;
  const page = path.replace(/\?.*$/, '').replace(/\/\d+/g, '/:id');
  ctx.emit(page, { hits: 1, errors: Number(status) >= 500 ? 1 : 0, ms: Number(ms), slowest: Number(ms) });
}

export function combine(page, facts) {
  return [page, facts.reduce(add)];
}

export function reduce(page, facts) {
  const { hits, errors, ms, slowest } = facts.reduce(add);
  return [page, { hits, errors, mean_ms: Math.round(ms / hits), slowest_ms: slowest }];
}

function add(a, b) {
  return {
    hits: a.hits + b.hits,
    errors: a.errors + b.errors,
    ms: a.ms + b.ms,
    slowest: Math.max(a.slowest, b.slowest),
  };
}
