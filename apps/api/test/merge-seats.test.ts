/** Who gets a seat for a merged download. */
import { resultLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { anonymous, type Caller } from '../dist/access/caller.js';
import { MergeSeats } from '../dist/results/merge-seats.js';

const user = (clientId: string): Caller => ({ clientId, role: 'user', keyId: `key of ${clientId}` });

describe('seats of merged downloads', () => {
  const { mergesAtOnceMax, mergesPerClientMax } = resultLimits;
  /** Takes as many as `callers`, tries one more for `last`, and says how that went. */
  const tried = async (callers: readonly Caller[], last: Caller) => {
    const seats = new MergeSeats();
    let resolve = () => {};
    const end = new Promise<void>(done => {
      resolve = done;
    });
    const taken = callers.map(caller => seats.during(caller, () => end));
    const outcome = await seats.during(last, async () => undefined).catch(error => error.message);
    resolve();
    await Promise.all(taken);
    return { seats, outcome };
  };
  const many = (caller: Caller, seats: number) => Array<Caller>(seats).fill(caller);

  it('leave some to other clients than the one that has most', async () => {
    const full = many(user('ann'), mergesPerClientMax);
    expect((await tried(full, user('ann'))).outcome).to.include(`${mergesPerClientMax} downloads of yours`);
    expect((await tried(full, user('bob'))).outcome).to.equal(undefined);
  });

  it('are all for everybody where there are no keys', async () => {
    expect((await tried(many(anonymous, mergesAtOnceMax - 1), anonymous)).outcome).to.equal(undefined);
    expect((await tried(many(anonymous, mergesAtOnceMax), anonymous)).outcome).to.include(
      `${mergesAtOnceMax} downloads`,
    );
  });

  it('are given back, also by what failed', async () => {
    const { seats } = await tried(many(user('ann'), mergesPerClientMax), user('bob'));
    for (let i = 0; i < mergesAtOnceMax + 1; i++) {
      const failed = seats.during(user('ann'), () => Promise.reject(new Error('torn off')));
      expect(await failed.catch(error => error.message)).to.equal('torn off');
    }
  });
});
