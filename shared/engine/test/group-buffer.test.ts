import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { GroupBuffer } from '../dist/group-buffer.js';
import { encodeKey, type Key } from '../dist/key-encoding.js';
import { hashKey } from '../dist/partition.js';
import { key } from './random-keys.js';
import { type Group, groupsOf, sortGroups } from './stored-groups.js';
import { pairBlock } from './v8-sandbox.js';

const partitions = 3;
const pair = fc.record({
  key: fc.oneof(fc.constantFrom<Key[]>('a', 'b', 'prefix-1', 'prefix-2', 3, [true]), key),
  value: fc.string({ maxLength: 5 }),
  partition: fc.nat(partitions - 1),
});
type Pair = { key: Key; value: string; partition: number };

/** The groups of a partition, the obvious way. */
function expectedGroups(pairs: readonly Pair[], partition: number, partitionOf: (pair: Pair) => number): Group[] {
  const groups = new Map<string, Group>();
  for (const pair of pairs.filter(pair => partitionOf(pair) === partition)) {
    const name = Buffer.from(encodeKey(pair.key)).toString('latin1');
    groups.set(name, [pair.key, [...(groups.get(name)?.[1] ?? []), pair.value]]);
  }
  return sortGroups([...groups.values()]);
}

const byHash = ({ key }: Pair) => {
  const bytes = encodeKey(key);
  return hashKey(bytes, 0, bytes.length) % partitions;
};

describe('GroupBuffer', function () {
  this.timeout(20_000);

  const block = (pairs: readonly Pair[], isGiven: boolean) =>
    pairBlock(pairs, isGiven ? pairs.map(({ partition }) => partition) : undefined);

  it('reads out sorted by partition and key, values in emission order; again after it was cleared', () => {
    fc.assert(
      fc.property(fc.array(fc.array(pair)), fc.boolean(), (blocks, isGiven) => {
        const buffer = new GroupBuffer({ partitions, limitBytes: 1_000_000 });
        for (const pairs of [blocks.flat().slice(0, 3), blocks.flat()]) {
          buffer.clear();
          expect(buffer.add(block(pairs, isGiven))).to.equal(pairs.length);
          const sorted = buffer.sorted();
          for (let p = 0; p < partitions; p++) {
            const expected = expectedGroups(pairs, p, isGiven ? pair => pair.partition : byHash);
            expect(groupsOf(sorted.readPartition(p))).to.deep.equal(expected);
          }
        }
      }),
      propertyOptions(60),
    );
  });

  it('takes pairs until it is full, and never loses or doubles one', () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1 }), fc.integer({ min: 1, max: 600 }), (pairs, limitBytes) => {
        const buffer = new GroupBuffer({ partitions: 1, limitBytes });
        const all = pairBlock(pairs);
        const values: string[] = [];
        for (let next = 0; next < pairs.length; ) {
          const taken = buffer.add(all, next);
          expect(taken).to.be.above(next);
          expect(buffer.records).to.equal(taken - next);
          if (taken - next > 1) expect(buffer.bytesHeld).to.be.at.most(limitBytes);
          const part = groupsOf(buffer.sorted().readPartition(0));
          expect(part).to.deep.equal(expectedGroups(pairs.slice(next, taken), 0, () => 0));
          values.push(...part.flatMap(([, values]) => values));
          buffer.clear();
          next = taken;
        }
        expect(values.sort()).to.deep.equal(pairs.map(({ value }) => value).sort());
      }),
      propertyOptions(60),
    );
  });

  it('holds many thousand keys and values', () => {
    const pairs = Array.from({ length: 12_000 }, (_, i) => ({ key: `key-${(i * 7919) % 3001}`, value: `${i}` }));
    const buffer = new GroupBuffer({ partitions: 2, limitBytes: 10_000_000 });
    const all = pairBlock(pairs);
    for (let next = 0; next < pairs.length; ) next = buffer.add(all, next);
    const sorted = buffer.sorted();
    const groups = [...groupsOf(sorted.readPartition(0)), ...groupsOf(sorted.readPartition(1))];
    expect(groups.length).to.equal(3001);
    expect(groups.reduce((sum, [, values]) => sum + values.length, 0)).to.equal(12_000);
    const misplaced = groups.filter(([key, values]) =>
      values.some(
        (value, i) =>
          (i > 0 && Number(value) < Number(values[i - 1])) || `key-${(Number(value) * 7919) % 3001}` !== key,
      ),
    );
    expect(misplaced).to.deep.equal([]);
  });

  it('refuses a partition that there is not, and a limit that its positions cannot reach', () => {
    const buffer = new GroupBuffer({ partitions: 2, limitBytes: 1000 });
    expect(() => buffer.add(pairBlock([{ key: 'a', value: '1' }], [2]))).to.throw(
      RangeError,
      'partition 2 is not below 2',
    );
    expect(() => new GroupBuffer({ partitions: 1, limitBytes: 2 ** 32 })).to.throw(RangeError, 'at most');
  });
});
