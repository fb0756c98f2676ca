/** What many requests would look at is looked at once. */
import { expect } from 'chai';
import { RecentCheck } from '../dist/recent-check.js';

const longMs = 60_000;

describe('a recent check', () => {
  let looks = 0;
  beforeEach(() => {
    looks = 0;
  });

  async function well(): Promise<void> {
    looks++;
  }

  it('is shared by all who come while it is made', async () => {
    const check = new RecentCheck(well, 0);
    await Promise.all(Array.from({ length: 50 }, () => check.check()));
    expect(looks).to.equal(1);
  });

  it('is good for a moment if all was well', async () => {
    const check = new RecentCheck(well, longMs);
    await check.check();
    await check.check();
    expect(looks).to.equal(1);
  });

  it('is made again at once when something is known to have changed', async () => {
    let isConnected = true;
    const check = new RecentCheck(well, longMs, () => isConnected);
    await check.check();
    isConnected = false;
    await check.check();
    expect(looks).to.equal(2);
  });

  it('is made again when the moment is over', async () => {
    const check = new RecentCheck(well, 0);
    await check.check();
    await check.check();
    expect(looks).to.equal(2);
  });

  it('tells everybody who shares it what is wrong, and is made again for whoever comes next', async () => {
    let isAway = true;
    const check = new RecentCheck(async () => {
      looks++;
      if (isAway) throw new Error('away');
    }, longMs);
    const answers = await Promise.allSettled([check.check(), check.check()]);
    expect(answers.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    isAway = false;
    await check.check();
    expect(looks).to.equal(2);
  });
});
