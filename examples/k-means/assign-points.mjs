/**
 * One round of k-means: each point goes to the nearest of the centres that `ctx.params.centres` holds, and each centre moves to the middle of its points.
 * Sums and counts travel, since middles cannot be combined. `drive.mjs` repeats it until the centres stand still.
 */
export const job = {
  name: 'a round of k-means',
  input_file: 'examples/points.csv',
  input_format: 'csv',
  output_format: 'jsonl',
};

export function map(row, ctx) {
  const point = [Number(row.x), Number(row.y)];
  ctx.emit(nearest(point, ctx.params.centres), { n: 1, x: point[0], y: point[1] });
}

export function reduce(centre, sums) {
  const { n, x, y } = sums.reduce((a, b) => ({ n: a.n + b.n, x: a.x + b.x, y: a.y + b.y }));
  return [centre, { centre: [x / n, y / n], points: n }];
}

function nearest([x, y], centres) {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, [cx, cy]] of centres.entries()) {
    const distance = (x - cx) ** 2 + (y - cy) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}
