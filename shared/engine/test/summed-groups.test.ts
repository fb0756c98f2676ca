/** Numbers that are added before a function sees them: the function adds up to the same, and nothing but numbers is touched. */
import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { GroupBuffer } from '../dist/group-buffer.js';
import { SummedGroups } from '../dist/summed-groups.js';
import { cursorOf, type Group, groupsOf } from './stored-groups.js';
import { pairBlock } from './v8-sandbox.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => n + 0);
const number = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer(), finite, fc.constantFrom(1e308, -1e308));
const value = fc.oneof({ arbitrary: number, weight: 6 }, fc.string({ maxLength: 3 }), fc.constant(null));
const values = fc.array(value, { minLength: 1, maxLength: 12 });

/** What `values.reduce((a, b) => a + b, 0)` gives, as JavaScript has it. */
// biome-ignore lint/suspicious/noExplicitAny: a sum of anything.
const sumOf = (row: readonly any[]) => row.reduce((a, b) => a + b, 0);
const jsonOf = (row: readonly unknown[]) => row.map(each => JSON.stringify(each));
const valuesOf = (row: readonly string[]) => row.map(each => JSON.parse(each) as unknown);

describe('SummedGroups', () => {
  it('leaves rows that add up to the same, bit for bit', () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        const groups: Group[] = [
          ['a', jsonOf(first)],
          ['b', jsonOf(second)],
        ];
        const summed = new SummedGroups(cursorOf(groups));
        const found = groupsOf(summed);
        expect(found.map(([key]) => key)).to.deep.equal(['a', 'b']);
        expect(found.map(([, row]) => sumOf(valuesOf(row)))).to.deep.equal([sumOf(first), sumOf(second)]);
        const left = found.reduce((sum, [, row]) => sum + row.length, 0);
        expect(summed.addedAway).to.equal(first.length + second.length - left);
      }),
      propertyOptions(300),
    );
  });

  it('has one value where there were numbers only', () => {
    expect(groupsOf(new SummedGroups(cursorOf([['a', ['1', '2', '-0.5']]])))).to.deep.equal([['a', ['2.5']]]);
  });

  it('stops at what is no number, and before a sum that is not finite', () => {
    const given: Group[] = [
      ['a', ['1', '2', '"x"', '3']],
      ['b', ['1e+308', '1e+308', '-1e+308']],
    ];
    expect(groupsOf(new SummedGroups(cursorOf(given)))).to.deep.equal([['a', ['3', '"x"', '3']], given[1]]);
  });
});

describe('GroupBuffer that adds up', () => {
  it('leaves rows that add up to the same, whatever the blocks', () => {
    const pair = fc.record({ key: fc.constantFrom('a', 'b', 'c'), value });
    fc.assert(
      fc.property(fc.array(fc.array(pair, { maxLength: 8 }), { maxLength: 6 }), blocks => {
        const buffer = new GroupBuffer({ partitions: 1, limitBytes: 1_000_000, sums: true });
        for (let round = 0; round < 2; round++) {
          buffer.clear();
          for (const pairs of blocks) {
            const block = pairBlock(pairs.map(({ key, value }) => ({ key, value: JSON.stringify(value) })));
            expect(buffer.add(block)).to.equal(pairs.length);
          }
          const found = groupsOf(buffer.sorted().readPartition(0));
          const flat = blocks.flat();
          const keys = [...new Set(flat.map(({ key }) => key))].sort();
          const sums = keys.map(key => [key, sumOf(flat.filter(each => each.key === key).map(each => each.value))]);
          expect(found.map(([key, row]) => [key, sumOf(valuesOf(row))])).to.deep.equal(sums);
          expect(buffer.records).to.equal(flat.length);
          expect(buffer.addedAway).to.equal(flat.length - found.reduce((sum, [, row]) => sum + row.length, 0));
        }
      }),
      propertyOptions(200),
    );
  });

  it('holds no more than its keys, however many numbers come', () => {
    const buffer = new GroupBuffer({ partitions: 1, limitBytes: 1000, sums: true });
    const block = pairBlock(Array.from({ length: 1000 }, (_, i) => ({ key: `k${i % 3}`, value: `${i}` })));
    for (let i = 0; i < 100; i++) expect(buffer.add(block)).to.equal(1000);
    expect(buffer.bytesHeld).to.be.below(500);
  });
});
