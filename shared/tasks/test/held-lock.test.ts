import { expect } from 'chai';
import { HeldLock } from '../dist/held-lock.js';

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
