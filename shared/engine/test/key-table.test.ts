import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { KeyTable, keysSoughtAhead } from '../dist/key-table.js';

/** Keys of all lengths around those that are looked for in different ways, of few different bytes, zeros among them. */
const key = fc.uint8Array({ minLength: 1, maxLength: 30, max: 2 });
const anyKey = fc.oneof(key, fc.uint8Array({ minLength: 1, maxLength: 24 }));

/** Numbers of the keys, which lie one behind the other with so many bytes behind the last. */
function find(table: KeyTable, keys: readonly Uint8Array[], after: number, given?: number): number[] {
  const bytes = new Uint8Array([...keys.flatMap(each => [...each]), ...new Uint8Array(after)]);
  const view = new DataView(bytes.buffer);
  let start = 0;
  const ends = Uint32Array.from(keys, ({ length }) => (start += length));
  start = 0;
  return keys.map(({ length }, i) => {
    if (i % keysSoughtAhead === 0) table.seekAhead(view, start, ends, i, keys.length);
    start += length;
    return table.find(bytes, view, start - length, start, given);
  });
}

describe('KeyTable', () => {
  it('gives equal keys one number, in the order in which they came, wherever they lie', () => {
    fc.assert(
      fc.property(fc.array(anyKey, { minLength: 1, maxLength: 300 }), fc.nat(20), (keys, after) => {
        const table = new KeyTable();
        const names = keys.map(each => Buffer.from(each).toString('hex'));
        const distinct = [...new Set(names)];
        expect(find(table, keys, after)).to.deep.equal(names.map(name => distinct.indexOf(name)));
        expect(find(table, keys, 0)).to.deep.equal(names.map(name => distinct.indexOf(name)));
        expect(table.count).to.equal(distinct.length);
      }),
      propertyOptions(200),
    );
  });

  it('holds many thousands, and forgets them', () => {
    const table = new KeyTable();
    for (let round = 0; round < 2; round++) {
      const keys = Array.from({ length: 50_000 }, (_, i) => Buffer.from(`${i * 7919}`));
      expect(find(table, keys, 16).every((number, i) => number === i)).to.equal(true);
      expect(find(table, keys.slice(49_000), 16)[5]).to.equal(49_005);
      table.clear();
    }
  });

  it('keeps a sum for each key, and none at first', () => {
    const table = new KeyTable();
    const [a, b] = find(table, [Buffer.from('a'), Buffer.from('b')], 16) as [number, number];
    table.setSum(a, 1.5);
    expect([table.sumOf(a), table.sumOf(b)]).to.deep.equal([1.5, NaN]);
    table.clear();
    const [c] = find(table, [Buffer.from('c')], 16) as [number];
    expect(table.sumOf(c)).to.deep.equal(NaN);
  });
});
