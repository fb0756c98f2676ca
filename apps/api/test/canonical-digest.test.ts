import { expect } from 'chai';
import { canonicalDigest } from '../dist/canonical-digest.js';

describe('canonicalDigest', () => {
  it('is the same whatever the order of fields', () => {
    expect(canonicalDigest({ a: 1, b: { c: 2, d: [3] } })).to.equal(canonicalDigest({ b: { d: [3], c: 2 }, a: 1 }));
  });

  it('differs with the order of items, with values and with fields', () => {
    const bodies = [
      { a: [1, 2] },
      { a: [2, 1] },
      { a: ['1', 2] },
      { b: [1, 2] },
      { a: [1, 2], b: null },
      { a: { 0: 1, 1: 2 } },
    ];
    expect(new Set(bodies.map(canonicalDigest))).to.have.lengthOf(bodies.length);
  });

  it('tells a field named __proto__ from none', () => {
    expect(canonicalDigest(JSON.parse('{"__proto__":1}'))).not.to.equal(canonicalDigest({}));
  });
});
