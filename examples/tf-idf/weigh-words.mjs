/**
 * TF-IDF, third job, again over the results of the first: a word weighs more in a document the more often it stands there and the fewer documents have it.
 * The lengths of all documents are few, and come as parameters. Only words of some weight are given.
 */
export const job = { name: 'weights of words', input_format: 'jsonl', output_format: 'jsonl', num_reducers: 2 };

const weightMin = 1e-4;

export function map({ key: [word, document], value }, ctx) {
  ctx.emit(word, [document, value]);
}

export function* reduce(word, found, ctx) {
  const { lengths } = ctx.params;
  // At most one for each document: few enough to be held.
  const documents = found.toArray();
  const rarity = Math.log(Object.keys(lengths).length / documents.length);
  for (const [document, count] of documents) {
    const weight = (count / lengths[document]) * rarity;
    if (weight >= weightMin) yield [[document, word], Number(weight.toPrecision(9))];
  }
}
