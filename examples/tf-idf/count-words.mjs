/** TF-IDF, first job: how often each word stands in each document. */
export const job = { name: 'words of documents', input_file: 'books', output_format: 'jsonl', num_reducers: 2 };

export function map(line, ctx) {
  const document = ctx.input.path.replace(/^.*\//, '');
  for (const word of line.toLowerCase().match(/[a-z]+/g) ?? []) ctx.emit([word, document], 1);
}

export function combine(key, counts) {
  return [key, counts.reduce((a, b) => a + b, 0)];
}

export const reduce = combine;
