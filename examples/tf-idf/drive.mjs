/**
 * TF-IDF by chained jobs: the parts that one job wrote are the input of the next.
 *
 *     node examples/tf-idf/drive.mjs                                   on this machine
 *     node examples/tf-idf/drive.mjs --url http://127.0.0.1:8000       by a server
 */
import { chooseRunner } from '../runners.mjs';

const shown = 3;
const runner = await chooseRunner();
const jobFile = name => new URL(`${name}.mjs`, import.meta.url);

const counts = await runner.output(jobFile('count-words'), {});
const lengths = {};
for (const line of await runner.results(jobFile('count-documents'), { inputs: [counts] })) {
  const { key, value } = JSON.parse(line);
  lengths[key] = value;
}
const weights = await runner.results(jobFile('weigh-words'), { inputs: [counts], parameters: { lengths } });
await runner.remove(counts);

const documents = new Map();
for (const line of weights) {
  const { key, value } = JSON.parse(line);
  const [document, word] = key;
  documents.set(document, [...(documents.get(document) ?? []), [word, value]]);
}
for (const [document, words] of [...documents].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const best = words.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, shown);
  console.log(`${document}\t${best.map(([word]) => word).join(' ')}`);
}
