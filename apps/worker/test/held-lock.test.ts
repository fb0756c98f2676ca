import { expect } from 'chai';
import { HeldLock, HeldLocks } from '../dist/attempts/held-lock.js';

const lockMs = 60_000;

describe('HeldLock', () => {
  it('is sure until the time it was renewed to, in whatever thread', () => {
    const lock = new HeldLock();
    const inThread = new HeldLock(lock.shared);
    expect(inThread.isSure).to.equal(false);
    lock.renew(Date.now() + lockMs);
    expect(inThread.isSure).to.equal(true);
    lock.renew(Date.now() - 1);
    expect(inThread.isSure).to.equal(false);
  });

  it('lets a thread wait until it is sure', async () => {
    const lock = new HeldLock();
    const waiting = new HeldLock(lock.shared).untilSure();
    const first = await Promise.race([
      waiting.then(() => 'sure'),
      new Promise(resolve => setImmediate(resolve, 'waits')),
    ]);
    expect(first).to.equal('waits');
    lock.renew(Date.now() + lockMs);
    await waiting;
  });
});

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
