/** No operation of a store in a directory keeps a file open, whatever way it ends. */
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { bytesOf, type FsFixture, storageErrorOf, testDeadlineMs } from './fs-fixture.js';

export function describeLeaks(name: string, open: () => Promise<FsFixture>): void {
  describe(`${name} and its descriptors`, function () {
    this.timeout(testDeadlineMs);
    let fixture: FsFixture;
    const store = () => fixture.store;

    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    it('leaks no file descriptor, whatever way things end', async function () {
      if (process.platform !== 'linux') this.skip();
      await store().write('d/f', new Uint8Array(1_000_000));
      const before = readdirSync('/proc/self/fd').length;
      for (let i = 0; i < 5; i++) {
        (await store().openReader('d/f'))[Symbol.dispose]();
        await storageErrorOf(() => store().openReader('d'));
        await storageErrorOf(() => store().read('d', 10));
        await storageErrorOf(() => store().read('d/f', 10));
        await (await store().createWriter('g')).discard();
        await (await store().createWriter('g')).commit({ durable: true });
        await storageErrorOf(async () => (await store().createWriter('d')).commit());
        await store().commitOnce('h', bytesOf('x'));
        for await (const _piece of store().readStream('d/f')) break;
        for await (const _file of store().list('')) break;
        await store().holdsFiles('');
        await store().checkWritable();
      }
      expect(readdirSync('/proc/self/fd').length).to.equal(before);
    });
  });
}
