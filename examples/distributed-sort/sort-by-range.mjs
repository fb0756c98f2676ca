/**
 * Distributed sort, second job: partition i gets the keys between two neighbouring boundaries, so that the parts, one after the other, are in order.
 * `partition` is given no `ctx`: `setup` keeps the boundaries for it. Within a partition the platform sorts by key.
 */
export const job = { name: 'sort', input_file: 'examples/records.txt' };

let boundaries = [];

export function setup(ctx) {
  boundaries = ctx.params.boundaries;
}

export function map(line, ctx) {
  ctx.emit(line.slice(0, 10), line.slice(10));
}

export function partition(key) {
  const next = boundaries.findIndex(boundary => key < boundary);
  return next === -1 ? boundaries.length : next;
}

export function* reduce(key, rests) {
  for (const rest of rests) yield [key, rest];
}
