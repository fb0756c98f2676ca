import { expect } from 'chai';
import { encodeKey, type Key } from '../dist/key-encoding.js';
import { hashKey, partitionOf } from '../dist/partition.js';
import { propertyMs } from './deadlines.js';

const hash = (key: Key) => {
  const bytes = encodeKey(key);
  return hashKey(bytes, 0, bytes.length);
};

describe('hashKey', () => {
  // A promise on disk: if these change, segments of an older version are read wrongly.
  const golden: [Key, number][] = [
    ['', 1_726_300_461],
    ['a', 2_254_524_149],
    ['the', 1_389_697_320],
    ['Zürich 😀', 2_750_494_485],
    [0, 2_405_104_798],
    [-1.5, 2_013_166_866],
    [true, 3_689_677_661],
    [['a', 1, [false]], 3_946_401_938],
  ];
  for (const [key, expected] of golden) {
    it(`of ${JSON.stringify(key)} is ${expected}`, () => expect(hash(key)).to.equal(expected));
  }

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
