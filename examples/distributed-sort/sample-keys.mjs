/** Distributed sort, first job: one key in so many, drawn by chance. Chance is seeded by job and task, so an attempt that is repeated draws the same. */
export const job = { name: 'a sample of keys', input_file: 'examples/records.txt', parameters: { share: 0.05 } };

export function map(line, ctx) {
  if (Math.random() < ctx.params.share) ctx.emit(line.slice(0, 10), 1);
}
