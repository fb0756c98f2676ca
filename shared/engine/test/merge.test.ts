import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { mergeGroups } from '../dist/merge.js';
import { planMergePass } from '../dist/merge-plan.js';
import { key } from './random-keys.js';
import { cursorOf, type Group, groupsOf, sortGroups } from './stored-groups.js';

describe('mergeGroups', () => {
  const someKey = fc.oneof(fc.constantFrom('a', 'b', 'abcdefgh1', 'abcdefgh2'), key);
  const source = fc
    .array(fc.tuple(someKey, fc.array(fc.string(), { minLength: 1, maxLength: 3 })), { maxLength: 6 })
    .map(groups => sortGroups(groups as Group[]));

  it('gives each key once, in order, with its values in the order of the sources', () => {
    fc.assert(
      fc.property(fc.array(source, { maxLength: 7 }), sources => {
        const flat = sources.flat();
        const expected = sortGroups(flat).map(
          ([key]): Group => [key, flat.filter(g => isSame(g[0], key)).flatMap(g => g[1])],
        );
        expect(groupsOf(mergeGroups(sources.map(cursorOf)))).to.deep.equal(expected);
      }),
      propertyOptions(60),
    );
  });

  it('goes past values that nobody read', () => {
    const merged = mergeGroups([
      cursorOf([
        ['a', ['1', '2']],
        ['c', ['3']],
      ]),
      cursorOf([
        ['a', ['4']],
        ['b', ['5', '6']],
      ]),
    ]);
    expect(merged.nextGroup()).to.equal(true);
    expect(merged.nextChunk()).to.equal(true);
    expect(merged.nextGroup()).to.equal(true);
    expect(groupsOf(merged)).to.deep.equal([['c', ['3']]]);
    expect(merged.nextGroup()).to.equal(false);
  });

  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
});

describe('planMergePass', () => {
  it('merges no more than it takes to come down to the fan-in', () => {
    expect(planMergePass(7, 4)).to.deep.equal([4, 1, 1, 1]);
    expect(planMergePass(65, 64)).to.deep.equal([2, ...Array(63).fill(1)]);
    expect(planMergePass(5, 2)).to.deep.equal([2, 2, 1]);
    expect(planMergePass(3, 4)).to.deep.equal([1, 1, 1]);
    expect(planMergePass(0, 2)).to.deep.equal([]);
  });

  it('covers every source once, in windows within the fan-in, and always comes down', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.integer({ min: 2, max: 70 }), (sources, fanIn) => {
        const windows = planMergePass(sources, fanIn);
        expect(windows.reduce((sum, length) => sum + length, 0)).to.equal(sources);
        expect(Math.min(1, ...windows)).to.equal(1);
        expect(Math.max(1, ...windows)).to.be.at.most(fanIn);
        const least = Math.min(sources, fanIn);
        expect(windows.length).to.be.within(least, Math.max(least, Math.ceil(sources / fanIn)));
      }),
      propertyOptions(200),
    );
  });

  it('refuses a fan-in below 2', () => {
    expect(() => planMergePass(3, 1)).to.throw(RangeError, 'at least 2');
  });
});
