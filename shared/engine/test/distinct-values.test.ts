/** Values that are left out because a set of them would be the same: nothing but repeats goes, and no object is taken for another. */
import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { GroupBuffer } from '../dist/group-buffer.js';
import { groupsOf } from './stored-groups.js';
import { pairBlock } from './v8-sandbox.js';

const value = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'b', 'ab', ''), weight: 4 },
  { arbitrary: fc.constantFrom(0, 1, 2, 300, 0.5, -1), weight: 2 },
  fc.constantFrom('x'.repeat(200), 'x'.repeat(199)),
  fc.constantFrom(null, true, false, [], {}, ['a'], { a: 1 }),
);
const pair = fc.record({ key: fc.constantFrom('a', 'b', 'c'), value });

const jsonOf = (given: unknown) => JSON.stringify(given);
const isCompound = (json: string) => /^[[{]/.test(json);

/** What `new Set(values)` has of values in JSON. Each object is one of its own. */
function setOf(row: readonly string[]): string[] {
  return row.filter((json, i) => isCompound(json) || row.indexOf(json) === i);
}

const distinctBuffer = (limitBytes = 1_000_000) => new GroupBuffer({ partitions: 1, limitBytes, distinct: true });
const rowsOf = (buffer: GroupBuffer) => groupsOf(buffer.sorted().readPartition(0));

describe('GroupBuffer that leaves out repeats', () => {
  it('leaves rows of which a set is the same, whatever the blocks; again after it was cleared, and as another', () => {
    fc.assert(
      fc.property(fc.array(fc.array(pair, { maxLength: 12 }), { maxLength: 6 }), fc.boolean(), (blocks, asTexts) => {
        const buffer = distinctBuffer();
        for (let round = 0; round < 2; round++) {
          buffer.clear();
          for (const pairs of blocks) {
            const given = pairs.map(({ key, value }) => ({ key, value: jsonOf(value) }));
            expect(buffer.add(pairBlock(given, undefined, asTexts))).to.equal(pairs.length);
          }
          const flat = blocks.flat();
          const keys = [...new Set(flat.map(({ key }) => key))].sort();
          const rowOf = (key: string) => flat.filter(each => each.key === key).map(each => jsonOf(each.value));
          const found = rowsOf(buffer);
          expect(found.map(([key, row]) => [key, setOf(row)])).to.deep.equal(keys.map(key => [key, setOf(rowOf(key))]));
          const left = found.reduce((sum, [, row]) => sum + row.length, 0);
          expect([buffer.records, buffer.addedAway]).to.deep.equal([flat.length, flat.length - left]);
        }
        buffer.reuse({ partitions: 1, limitBytes: 1_000_000, sums: true });
        buffer.add(pairBlock([1, 1, 2].map(number => ({ key: 'a', value: `${number}` }))));
        expect(rowsOf(buffer)).to.deep.equal([['a', ['4']]]);
      }),
      propertyOptions(300),
    );
  });

  it('holds one text a key, however often and in however many blocks it comes', () => {
    const buffer = distinctBuffer(1000);
    for (const text of ['"input/a.txt"', '"input/b.txt"']) {
      const block = pairBlock(Array.from({ length: 1000 }, (_, i) => ({ key: `k${i % 3}`, value: text })));
      for (let i = 0; i < 5; i++) expect(buffer.add(block)).to.equal(1000);
    }
    expect(rowsOf(buffer)).to.deep.equal(['k0', 'k1', 'k2'].map(key => [key, ['"input/a.txt"', '"input/b.txt"']]));
  });

  it('keeps what only begins alike', () => {
    const buffer = distinctBuffer();
    const row = ['"ab"', '"abc"', '"ab"', '"a"', '""'];
    buffer.add(pairBlock(row.map(value => ({ key: 'k', value }))));
    for (const value of ['"a"', '""', '" "']) buffer.add(pairBlock([{ key: 'k', value }]));
    expect(rowsOf(buffer)).to.deep.equal([['k', [...row, '"a"', '""', '" "']]]);
  });

  it('keeps objects and lists that look alike', () => {
    const row = ['{}', '{}', '[]', '[]', '["a"]', '["a"]'];
    const buffer = distinctBuffer();
    for (let i = 0; i < 2; i++) buffer.add(pairBlock(row.map(value => ({ key: 'k', value }))));
    expect(rowsOf(buffer)).to.deep.equal([['k', [...row, ...row]]]);
  });
});
