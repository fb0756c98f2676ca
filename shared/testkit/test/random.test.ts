import { propertyOptions, Random, randomFor, seedFromEnvironment, testSeed } from '@gridmr/testkit';
import { expect } from 'chai';

describe('Random', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const many = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.bits());
    };
    expect(many(7)).to.deep.equal(many(7));
    expect(many(7)).not.to.deep.equal(many(8));
  });

  it('does not cycle, whatever the seed', () => {
    for (const seed of [0, 1, -1, 0x9e3779b9 | 0, 2 ** 31 - 1]) {
      const random = new Random(seed);
      const seen = new Set(Array.from({ length: 5000 }, () => random.bits()));
      expect(seen.size, `seed ${seed}`).to.be.greaterThan(4990);
    }
  });

  it('draws integers from all of a range and nowhere else', () => {
    const random = new Random(3);
    const drawn = new Set(Array.from({ length: 1000 }, () => random.int(-2, 3)));
    expect([...drawn].sort((a, b) => a - b)).to.deep.equal([-2, -1, 0, 1, 2, 3]);
  });

  it('picks, shuffles and fills bytes', () => {
    const random = new Random(4);
    const items = Array.from({ length: 50 }, (_, i) => i);
    expect(random.shuffle(items)).to.have.members(items).and.not.deep.equal(items);
    expect(items).to.include(random.pick(items));
    expect(() => random.pick([])).to.throw('at least one');
    expect(new Set(random.bytes(1000)).size).to.be.greaterThan(200);
    expect(random.word(3, 3)).to.match(/^[a-z]{3}$/);
  });
});

describe('the seed of a run', () => {
  it('is a whole number, or refused', () => {
    expect(seedFromEnvironment('42')).to.equal(42);
    expect(seedFromEnvironment(undefined)).to.equal(seedFromEnvironment(''));
    expect(() => seedFromEnvironment('abc')).to.throw('GRIDMR_TEST_SEED');
    expect(propertyOptions(5)).to.deep.equal({ seed: testSeed, numRuns: 5 });
  });

  it('makes a stream of its own for each purpose', () => {
    expect(randomFor('a').bits()).to.equal(randomFor('a').bits());
    expect(randomFor('a').bits()).not.to.equal(randomFor('b').bits());
  });
});
