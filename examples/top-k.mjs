/**
 * Top k: the greatest orders of all, without sorting all orders.
 *
 * Each map task keeps its own k greatest and emits them when it is done: `setup` runs before the first record of a task, `teardown` after the last.
 * So the one reduce task gets k values per map task, however long the input. `ctx.params` holds what the job was given as `parameters`.
 *
 *     npx gridmr run examples/top-k.mjs --param k=3
 */
export const job = {
  name: 'greatest orders',
  input_file: 'examples/orders.csv',
  input_format: 'csv',
  parameters: { k: 5 },
};

let greatest;

export function setup() {
  greatest = [];
}

export function map(row, ctx) {
  const amount = Number(row.amount);
  if (row.amount !== '' && Number.isFinite(amount)) keep({ order: row.order_id, amount }, ctx.params.k);
}

export function teardown(ctx) {
  // In a reduce task there is nothing to say.
  for (const order of ctx.input ? greatest : []) ctx.emit('top', order);
}

export function* reduce(_, orders, ctx) {
  greatest = [];
  for (const order of orders) keep(order, ctx.params.k);
  for (const [place, { order, amount }] of greatest.entries()) yield [place + 1, [order, amount]];
}

function keep(order, k) {
  greatest.push(order);
  greatest.sort((a, b) => b.amount - a.amount || (a.order < b.order ? -1 : 1));
  greatest.length = Math.min(greatest.length, k);
}
