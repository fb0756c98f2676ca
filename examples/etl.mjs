/**
 * ETL: from CSV as somebody exported it to JSON lines as a program wants them.
 *
 * There is no `reduce`: each map task writes a part of its own, in the order of its records. `input_format: 'csv'` gives objects by the names in the
 * first line, quotes and line breaks inside fields included. Rows that cannot be used are counted by what is wrong with them.
 *
 *     npx gridmr run examples/etl.mjs
 */
export const job = {
  name: 'orders as JSON lines',
  input_file: 'examples/orders.csv',
  input_format: 'csv',
  output_format: 'jsonl',
};

export function map(row, ctx) {
  const cents = row.amount === '' ? Number.NaN : Math.round(Number(row.amount) * 100);
  if (!/^\d+$/.test(row.order_id)) return ctx.count('no order id');
  if (!Number.isFinite(cents) || cents < 0) return ctx.count('no usable amount');
  const order = { customer: Number(row.customer_id), cents, note: row.note.trim() || null };
  ctx.emit(Number(row.order_id), order);
}
