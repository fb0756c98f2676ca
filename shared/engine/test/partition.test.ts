import { expect } from 'chai';
import { encodeKey, type Key } from '../dist/key-encoding.js';
import { hashKey, hashWords, partitionOf } from '../dist/partition.js';
import { propertyMs } from './deadlines.js';

const hash = (key: Key) => {
  const bytes = encodeKey(key);
  return hashKey(bytes, 0, bytes.length);
};

describe('hashKey', () => {
  // A promise on disk: if these change, segments of an older version are read wrongly.
  const golden: [Key, number][] = [
    ['', 3_145_417_665],
    ['a', 1_788_585_168],
    ['the', 2_546_584_678],
    ['Zürich 😀', 2_191_329_986],
    [0, 1_022_328_789],
    [-1.5, 4_192_130_289],
    [true, 1_911_977_562],
    [['a', 1, [false]], 1_250_435_810],
  ];
  for (const [key, expected] of golden) {
    it(`of ${JSON.stringify(key)} is ${expected}`, () => expect(hash(key)).to.equal(expected));
  }

  it('is the same of words as of bytes', () => {
    for (let length = 0; length <= 16; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 89 + length) % 251);
      const padded = new DataView(new ArrayBuffer(16));
      bytes.forEach((byte, i) => {
        padded.setUint8(i, byte);
      });
      const [w0, w1, w2, w3] = [0, 4, 8, 12].map(at => padded.getInt32(at, true)) as [number, number, number, number];
      expect(hashWords(w0, w1, w2, w3, length), `${length} bytes`).to.equal(hashKey(bytes, 0, length));
    }
  });

  it('reads only the range it is given', () => {
    const padded = Uint8Array.from([9, 9, ...encodeKey('the'), 9]);
    expect(hashKey(padded, 2, padded.length - 1)).to.equal(hash('the'));
  });
});

describe('partitionOf', () => {
  it('spreads similar keys evenly, for any number of reducers', () => {
    for (const reducers of [2, 3, 8, 10, 64]) {
      const counts = new Array<number>(reducers).fill(0);
      const keys = 1000 * reducers;
      for (let i = 0; i < keys; i++) {
        const partition = partitionOf(hash(`user-${i}`), reducers);
        counts[partition] = (counts[partition] ?? 0) + 1;
      }
      // 1,000 expected each: 5 standard deviations are about 160.
      expect(Math.min(...counts), `of ${reducers}`).to.be.greaterThan(840);
      expect(Math.max(...counts), `of ${reducers}`).to.be.lessThan(1160);
    }
  }).timeout(propertyMs);

  it('has one partition for one reducer', () => expect(partitionOf(0xffff_ffff, 1)).to.equal(0));
});
