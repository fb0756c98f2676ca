import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { HeldPairs } from '../dist/held-pairs.js';
import type { PairBlock } from '../dist/program.js';
import { pairBlock } from './v8-sandbox.js';

/** Everything of a block that a sink may look at. */
function contentOf({ count, keyBytes, keyEnds, values, partitions }: PairBlock) {
  const keys = [...keyBytes.subarray(0, keyEnds[count - 1])];
  const column =
    values.kind === 'numbers'
      ? [...values.numbers.subarray(0, count)]
      : [Buffer.from(values.bytes).toString(), [...values.ends.subarray(0, count)]];
  return {
    count,
    keys,
    ends: [...keyEnds.subarray(0, count)],
    column,
    partitions: partitions && [...partitions.subarray(0, count)],
  };
}

describe('HeldPairs', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'held-pairs-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const pair = fc.record({
    key: fc.oneof(fc.string(), fc.integer()),
    value: fc.oneof(fc.integer(), fc.string()).map(value => JSON.stringify(value)),
  });
  const block = fc.record({
    pairs: fc.array(pair, { minLength: 1, maxLength: 6 }),
    first: fc.nat(5),
    isPartitioned: fc.boolean(),
  });

  it('gives back what it was given from a pair on, from memory and from the disk, in order', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), fc.nat(300), (blocks, bytesMax) => {
        using held = new HeldPairs(directory, { bytesMax });
        const expected: unknown[] = [];
        for (const { pairs, first, isPartitioned } of blocks) {
          const partitions = isPartitioned ? pairs.map((_, i) => i) : undefined;
          const from = first % pairs.length;
          held.add(pairBlock(pairs, partitions), from);
          const kind = pairs.every(({ value }) => /^-?\d+$/.test(value)) ? undefined : true;
          expected.push(contentOf(pairBlock(pairs.slice(from), partitions?.slice(from), kind ?? false)));
        }
        const given: unknown[] = [];
        held.release(pairs => given.push(contentOf(pairs)));
        expect(given).to.deep.equal(expected);
        held.release(() => expect.fail('they were given already'));
      }),
      propertyOptions(100),
    );
  });

  it('leaves no file behind', () => {
    const given = pairBlock([{ key: 'a', value: '1' }]);
    {
      using held = new HeldPairs(directory, { bytesMax: 0 });
      held.add(given, 0);
      expect(readdirSync(directory)).to.have.lengthOf(1);
      held.clear();
      held.add(given, 0);
      held.release(() => {});
      held.add(given, 0);
    }
    expect(readdirSync(directory)).to.deep.equal([]);
  });
});
