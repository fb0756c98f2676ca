/** Job files that tests write. */
export const wordCountFile = `
export const job = { num_reducers: 2, split_size_mb: 0.05 };
export function map(line, ctx) {
  for (const word of line.match(/[A-Za-z]+/g) ?? []) ctx.emit(word, 1);
}
export function reduce(word, counts) {
  return [word, counts.reduce((a, b) => a + b, 0)];
}
`;

/** Fails in line 6, column 16, reached through line 3, column 3. */
export const failingTypeScript = `type Pair = [string, number];
export function* map(line: string): Generator<Pair> {
  yield [keyOf(line), 1];
}
function keyOf(line: string): string {
  const text = JSON.parse(line) as { key: string };
  return text.key;
}
`;

export const endlessFile = 'export function map() { for (;;); }\n';

/** Slow enough to be interrupted, and counted by every record. */
export const slowFile = `
export const job = { split_size_mb: 0.00001, num_reducers: 1 };
export function map(line, ctx) {
  let sum = 0;
  for (let i = 0; i < 1e6; i++) sum += i;
  ctx.emit(line, sum);
}
export function reduce(key, values) { return [key, 1]; }
`;

/** Logs how long its record is; from a record that begins with another letter it does not come back. */
export const talkingFile = `
export function map(line, ctx) {
  if (line.startsWith('l')) for (;;);
  ctx.log('saw ' + line.length);
}
`;
