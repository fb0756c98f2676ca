/** Random jobs through the whole stack against the naive oracle: hostile inputs, all good programs, any split size and R. */
import { rm } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { encodeKey, hashKey, type Key, partitionOf } from '@gridmr/engine';
import {
  goodPrograms,
  hostileText,
  jobRequestFor,
  makeText,
  needsRunningMachine,
  type OracleJob,
  propertyOptions,
  Random,
  runOracle,
} from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { RunningStack } from './running-stack.js';

const runs = 20;

describe('random jobs', function () {
  this.timeout(180_000);
  let stack: RunningStack;
  before(async function () {
    needsRunningMachine(this);
    stack = await RunningStack.start({ workers: 2 });
  });
  after(() => stack?.[Symbol.asyncDispose]());

  it('give the oracle’s parts, byte for byte', async () => {
    const job = fc.record({
      program: fc.constantFrom(...goodPrograms),
      texts: fc.array(hostileText, { minLength: 1, maxLength: 3 }),
      seed: fc.nat(),
      splitBytes: fc.integer({ min: 2, max: 200 }),
      reducers: fc.integer({ min: 1, max: 5 }),
      format: fc.constantFrom('tsv' as const, 'csv' as const, 'jsonl' as const),
      compression: fc.constantFrom('none' as const, 'gzip' as const),
    });
    await fc.assert(
      fc.asyncProperty(job, async ({ program, texts, seed, splitBytes, reducers, format, compression }) => {
        const { input } = program;
        const files = input === 'any' ? texts : [makeText(new Random(seed), input, 20)];
        const inputs = files.map((bytes, i) => ({ path: `random/${i}.txt`, bytes }));
        for (const { path, bytes } of inputs) await stack.directory.write(path, bytes);
        const numReducers = program.numReducers === 0 ? 0 : reducers;
        const ran = await stack.run(
          jobRequestFor(program, {
            input_file: 'random',
            split_size_mb: splitBytes / 1024 / 1024,
            num_reducers: numReducers,
            output_format: format,
            output_compression: compression,
          }),
        );
        const parts = await stack.parts(ran);
        await rm(stack.directory.resolve('random'), { recursive: true });
        expect(ran.error).to.equal(null);
        const { source, parameters } = program;
        const asked: OracleJob = { program: source, inputs, numReducers, outputFormat: format, parameters };
        const expected = await runOracle(asked, (key, r) => partitionOf(keyHash(key as Key), r));
        const bytes = expected.parts.map(lines => lines.map(line => `${line}\n`).join(''));
        // A map-only job has a part per split; the oracle, one for all.
        const found = [...parts.values()].map(part => String(compression === 'gzip' ? gunzipSync(part) : part));
        expect(numReducers === 0 ? [found.join('')] : found).to.deep.equal(bytes);
        expect(ran.counters.map_input_records).to.equal(expected.counters.map_input_records);
        expect(ran.counters.reduce_output_records).to.equal(expected.counters.reduce_output_records);
      }),
      propertyOptions(runs),
    );
  });
});

function keyHash(key: Key): number {
  const bytes = encodeKey(key);
  return hashKey(bytes, 0, bytes.length);
}
