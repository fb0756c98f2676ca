import { expect } from 'chai';
import { BundleClaims } from '../dist/bundle-claims.js';

describe('claims of a bundle', () => {
  it('give each task once, in order, to all that share them', () => {
    const claims = new BundleClaims(3);
    const threads = new BundleClaims(3, claims.shared);
    expect([threads.claim(), claims.claim(), threads.claim(), threads.claim(), claims.claim()]).to.deep.equal([
      0,
      1,
      2,
      undefined,
      undefined,
    ]);
    expect(claims.claimed).to.equal(3);
  });

  it('end when the bundle is closed, which says how many were begun', () => {
    const claims = new BundleClaims(5);
    claims.claim();
    claims.claim();
    expect(claims.close()).to.equal(2);
    expect(claims.claim()).to.equal(undefined);
  });
});
