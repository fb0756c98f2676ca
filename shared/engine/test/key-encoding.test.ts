import { sandboxLimits } from '@gridmr/contracts';
import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { compareBytes } from '../dist/compare-bytes.js';
import { decodeKey, encodeKey, type Key } from '../dist/key-encoding.js';
import { KeyError } from '../dist/key-error.js';
import { propertyMs } from './deadlines.js';
import { key } from './random-keys.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const compareKeys = (a: Key, b: Key) => {
  const [x, y] = [encodeKey(a), encodeKey(b)];
  return Math.sign(compareBytes(x, 0, x.length, y, 0, y.length));
};

/** The contract's order, said plainly. */
function order(a: Key, b: Key): number {
  const rank = (k: Key) => ['boolean', 'number', 'string', 'object'].indexOf(typeof k);
  if (rank(a) !== rank(b)) return Math.sign(rank(a) - rank(b));
  if (typeof a === 'string') return orderLists(codePoints(a), codePoints(b as string), (x, y) => Math.sign(x - y));
  if (Array.isArray(a)) return orderLists(a, b as Key[], order);
  return Math.sign(Number(a) - Number(b));
}

function orderLists<T>(a: T[], b: T[], orderItems: (x: T, y: T) => number): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = orderItems(a[i]!, b[i]!);
    if (difference !== 0) return difference;
  }
  return Math.sign(a.length - b.length);
}

const codePoints = (text: string) => Array.from(text, character => character.codePointAt(0)!);

describe('encodeKey', () => {
  // A promise on disk: segments hold these bytes.
  const golden: [Key, string][] = [
    [false, '01'],
    [true, '02'],
    [0, '038000000000000000'],
    [1, '03bff0000000000000'],
    [-1, '03400fffffffffffff'],
    ['', '04'],
    ['a\0é', '046100c3a9'],
    [[], '0500'],
    [['a', 1], '05046100' + '03bff0000000000000' + '00'],
    [['\0', '\u0001', []], '05' + '04010100' + '04010200' + '0500' + '00'],
  ];
  for (const [value, bytes] of golden) {
    it(`of ${JSON.stringify(value)} is ${bytes}`, () => expect(hex(encodeKey(value))).to.equal(bytes));
  }

  it('sorts as the contract says: booleans, numbers, strings, arrays', () => {
    const sorted: Key[] = [
      ...[false, true],
      ...[-Number.MAX_VALUE, -10, -2, -Number.MIN_VALUE, 0, Number.MIN_VALUE, 2, 10, Number.MAX_VALUE],
      ...['', '\0', '10', '2', 'A', 'a', 'a\0', 'aa', 'é', '\uffee', '😀'],
      ...[
        [],
        [false],
        [1],
        [1, 2],
        [2],
        [''],
        ['\0'],
        ['\0', 1],
        ['\u0001'],
        ['a'],
        ['a', 'b'],
        ['a\0'],
        ['😀'],
        [[]],
        [[], 1],
      ],
    ];
    for (let i = 1; i < sorted.length; i++) {
      expect(compareKeys(sorted[i - 1]!, sorted[i]!), JSON.stringify([sorted[i - 1], sorted[i]])).to.equal(-1);
    }
  });

  it('sorts any two keys as the plain comparison does', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(compareKeys(a, b)).to.equal(order(a, b));
      }),
      propertyOptions(600),
    );
  }).timeout(propertyMs);

  it('encodes -0 as 0', () => expect(hex(encodeKey(-0))).to.equal(hex(encodeKey(0))));

  it('encodes a lone surrogate as U+FFFD', () => {
    expect(decodeKey(encodeKey('a\ud800'))).to.equal('a\ufffd');
    expect(decodeKey(encodeKey(['\udc00b']))).to.deep.equal(['\ufffdb']);
  });

  const nested = (levels: number): Key => (levels === 0 ? 'x' : [nested(levels - 1)]);

  it('takes arrays as deep as the limit', () => {
    const deepest = nested(sandboxLimits.keyDepthMax);
    expect(decodeKey(encodeKey(deepest))).to.deep.equal(deepest);
  }).timeout(propertyMs);

  const refused: [string, unknown, string, string][] = [
    ['NaN', Number.NaN, 'key_not_finite', 'must be finite'],
    ['infinity', [-Infinity], 'key_not_finite', '-Infinity'],
    ['null', null, 'key_type', 'not null'],
    ['undefined', undefined, 'key_type', 'not undefined'],
    ['an object inside an array', ['a', {}], 'key_type', 'not object'],
    ['a bigint', 1n, 'key_type', 'not bigint'],
    ['arrays deeper than the limit', nested(sandboxLimits.keyDepthMax + 1), 'key_too_deep', '16 levels'],
    ['a string longer than the limit', 'x'.repeat(1_048_576), 'key_too_large', '1048576 bytes'],
  ];
  for (const [what, value, code, message] of refused) {
    it(`refuses ${what} with ${code}`, () => {
      expect(() => encodeKey(value as Key))
        .to.throw(KeyError, message)
        .with.property('code', code);
    }).timeout(propertyMs);
  }
});

describe('decodeKey', () => {
  it('gives back any key', () => {
    fc.assert(
      fc.property(key, k => {
        expect(decodeKey(encodeKey(k))).to.deep.equal(k);
      }),
      propertyOptions(400),
    );
  }).timeout(propertyMs);

  for (const bytes of ['', '00', '06', '0101', '0380', '05', '050461', '0461ff', '05'.repeat(17) + '00'.repeat(17)]) {
    it(`refuses the bytes '${bytes}'`, () => {
      expect(() => decodeKey(Buffer.from(bytes, 'hex')))
        .to.throw(KeyError)
        .with.property('code', 'key_malformed');
    });
  }
});
