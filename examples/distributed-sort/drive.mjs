/**
 * Distributed sort with sampled partitions: a sort over all parts needs ranges of keys that are about equally full, and nobody knows them before.
 * So a first job draws a sample, the driver cuts it into equal shares, and the second job partitions by these boundaries.
 *
 *     node examples/distributed-sort/drive.mjs                                   on this machine
 *     node examples/distributed-sort/drive.mjs --url http://127.0.0.1:8000       by a server
 */
import { chooseRunner } from '../runners.mjs';

const reducers = 4;
const runner = await chooseRunner();
const jobFile = name => new URL(`${name}.mjs`, import.meta.url);

const sample = (await runner.results(jobFile('sample-keys'), {})).map(line => line.split('\t')[0]).sort();
const boundaries = [];
for (let i = 1; i < reducers; i++) boundaries.push(sample[Math.floor((i * sample.length) / reducers)]);

const sorted = await runner.results(jobFile('sort-by-range'), { parameters: { boundaries }, num_reducers: reducers });
for (const line of sorted) console.log(line.replace('\t', ''));
