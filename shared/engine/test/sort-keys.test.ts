import { propertyOptions, randomFor } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeKey, type Key } from '../dist/key-encoding.js';
import { KeyTable } from '../dist/key-table.js';
import { sortKeys } from '../dist/sort-keys.js';
import { key } from './random-keys.js';

/** Sorts the distinct ones of `keys`, and gives their encodings. */
function sorted(keys: readonly Key[]): string[] {
  const table = new KeyTable();
  const encoded = keys.map(encodeKey);
  const find = (bytes: Uint8Array) =>
    table.find(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, undefined);
  for (const bytes of encoded) find(bytes);
  const order = Uint32Array.from({ length: table.count }, (_, i) => i);
  sortKeys({ keys: table.bytes, keyFacts: table.facts }, order);
  const found = new Map<number, string>();
  for (const bytes of encoded) found.set(find(bytes), hex(bytes));
  return Array.from(order, number => found.get(number)!);
}

function expected(keys: readonly Key[]): string[] {
  const encoded = [...new Set(keys.map(each => hex(encodeKey(each))))].map(each => Buffer.from(each, 'hex'));
  return encoded.sort(Buffer.compare).map(hex);
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('sortKeys', () => {
  it('sorts any keys by their bytes', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 200 }), keys => {
        expect(sorted(keys)).to.deep.equal(expected(keys));
      }),
      propertyOptions(60),
    );
  });

  const random = randomFor('sort keys');
  const many = (make: () => Key) => Array.from({ length: 3000 }, make);
  for (const [what, keys] of Object.entries({
    'that begin alike': many(() => `user-${random.int(1, 1_000_000)}`),
    'that differ late': many(() => `${'x'.repeat(40)}${random.int(1, 1000)}`),
    'that are prefixes of each other': Array.from({ length: 300 }, (_, i) => 'a'.repeat(i)),
    'that end in zero bytes': many(() => 'a\0'.repeat(random.int(0, 3)) + '\0'.repeat(random.int(0, 5))),
    'that are numbers': many(() => random.int(-1000, 1000) / 8),
    'of every kind': many(() => random.pick<Key>([true, random.int(1, 9), random.word(1, 3), [random.word(1, 2), 1]])),
  })) {
    it(`sorts keys ${what}`, () => expect(sorted(keys)).to.deep.equal(expected(keys)));
  }
});
