/** Previews that a newcomer can ask for as they are, and what one is answered with. */
import { type Preview, type PreviewRequest, zeroCounters } from '@gridmr/contracts';
import { submitExamples } from './submit-examples.js';

const map_function = "(line, ctx) => { for (const word of line.split(' ')) ctx.emit(word, 1); }";
const reduce_function = '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]';

export const previewExamples: Readonly<Record<string, PreviewRequest>> = {
  'On text of your own': { sample: 'to be or\nnot to be\n', map_function, reduce_function },
  ...submitExamples,
};

const counts = { be: 2, not: 1, or: 1, to: 2 };
const words = ['to', 'be', 'or', 'not', 'to', 'be'];
const sizes = { records: 2, bytes: 19 };

export const previewAnswerExample: Preview = {
  sample: { files: [{ path: 'sample', ...sizes }], ...sizes, complete: true },
  input: null,
  pairs: { total: words.length, items: words.map(key => ({ key, value: 1 })) },
  groups: {
    total: 4,
    items: Object.entries(counts).map(([key, count]) => ({
      key,
      values: Array.from({ length: count }, () => 1),
      count,
    })),
  },
  results: { total: 4, items: Object.entries(counts).map(([key, value]) => ({ key, value })) },
  counters: { ...zeroCounters(), map_input_records: 2, map_input_bytes: 19, map_output_records: 6 },
  logs: [],
  errors: { total: 0, items: [] },
  warnings: [],
  estimate: null,
  seconds: 0.02,
};
