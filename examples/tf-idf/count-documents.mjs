/** TF-IDF, second job, over the results of the first: how many words each document has. */
export const job = { name: 'lengths of documents', input_format: 'jsonl', output_format: 'jsonl' };

export function map({ key: [, document], value }, ctx) {
  ctx.emit(document, value);
}

export function combine(document, counts) {
  return [document, counts.reduce((a, b) => a + b, 0)];
}

export const reduce = combine;
