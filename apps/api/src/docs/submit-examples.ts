/** Jobs that a newcomer can submit as they are: their input comes with GridMR. */
import type { JobRequest } from '@gridmr/contracts';

const sum = '(key, values) => [key, values.reduce((a, b) => a + b, 0)]';

export const submitExamples: Readonly<Record<string, JobRequest>> = {
  'Count words': {
    name: 'word count',
    input_file: 'books',
    map_function:
      '(line, ctx) => { for (const word of line.toLowerCase().split(/[^a-z]+/)) if (word) ctx.emit(word, 1); }',
    combine_function: sum,
    reduce_function: sum,
    num_reducers: 2,
  },
  'Find lines': {
    name: 'lines about whales',
    input_file: 'books/*.txt',
    map_function: '(line, ctx) => { if (line.includes(ctx.params.word)) ctx.emit(ctx.input.path, line); }',
    parameters: { word: 'whale' },
    output_format: 'jsonl',
  },
  'A module in TypeScript': {
    name: 'longest line of each book',
    input_file: 'books',
    language: 'typescript',
    program: `export function map(line: string, ctx): void {
  ctx.emit(ctx.input.path, line.length);
}
export function reduce(path: string, lengths: Iterator<number>) {
  return [path, lengths.reduce((a: number, b: number) => Math.max(a, b), 0)];
}
`,
  },
};
