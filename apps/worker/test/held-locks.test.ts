import { expect } from 'chai';
import { HeldLocks } from '../dist/attempts/held-locks.js';

const lockMs = 60_000;

describe('HeldLocks', () => {
  it('counts a lock from when its message was taken, and renews it while it is at work', async () => {
    const locks = new HeldLocks(lockMs);
    await locks.during({ id: 'fresh', processedOn: Date.now() }, async lock => {
      expect(lock.isSure).to.equal(true);
    });
    await locks.during({ id: 'old', processedOn: Date.now() - lockMs - 1 }, async lock => {
      expect(lock.isSure).to.equal(false);
      locks.renewed('another', Date.now() + lockMs);
      expect(lock.isSure).to.equal(false);
      locks.renewed('old', Date.now() + lockMs);
      expect(lock.isSure).to.equal(true);
    });
  });
});
