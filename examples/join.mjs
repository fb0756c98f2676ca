/**
 * Join: orders with the names of their customers, which stand in another file.
 *
 * Both files are inputs of one job; `ctx.input.path` tells them apart. The second part of the key puts a customer before its orders: `[id, 0]` comes before
 * `[id, 1]`, and `partition` sends both to the same reduce task. So `reduce` knows the name when the orders come, and holds none of them in memory.
 * A customer without orders gives nothing, an order without a customer is counted.
 *
 *     npx gridmr run examples/join.mjs
 */
export const job = {
  name: 'orders with names',
  inputs: ['examples/customers.csv', 'examples/orders.csv'],
  input_format: 'csv',
  num_reducers: 2,
};

let customer;

export function map(row, ctx) {
  const id = Number(row.customer_id);
  if (ctx.input.path.endsWith('customers.csv')) ctx.emit([id, 0], row.name);
  else ctx.emit([id, 1], row.order_id);
}

export function partition([id], reducers) {
  return id % reducers;
}

export function* reduce([id, kind], values, ctx) {
  if (kind === 0) {
    customer = { id, name: values.toArray()[0] };
    return;
  }
  for (const order of values) {
    if (customer?.id === id) yield [order, customer.name];
    else ctx.count('orders without a customer');
  }
}
