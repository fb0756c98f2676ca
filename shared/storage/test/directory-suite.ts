/** Directories of the platform that change hands. */
import { expect } from 'chai';
import { bytesOf, pathsOf, type StoreFixture, testDeadlineMs } from './store-fixture.js';

export function describeDirectories(name: string, open: () => Promise<StoreFixture>): void {
  describe(`${name} and directories that change hands`, function () {
    this.timeout(testDeadlineMs);
    let fixture: StoreFixture;
    const store = () => fixture.store;

    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    describe('moveDirectory and dropDirectory', () => {
      const [from, to] = ['.gridmr/jobs/a/map', '.gridmr/jobs/a-2/map'];
      const files = ['00000/m-00000.a1.segment', '00000/m-00000.json', '00001/m-01000.json'];
      const write = () => Promise.all(files.map(file => store().write(`${from}/${file}`, bytesOf(file))));
      const moved = async (directory: string) =>
        (await pathsOf(store().list(directory))).map(path => path.slice(directory.length + 1));

      it('moves all that is in it, once', async () => {
        await write();
        expect(await store().moveDirectory(from, to)).to.equal(true);
        expect([await moved(from), await moved(to)]).to.deep.equal([[], files]);
        await store().write(`${from}/late.json`, bytesOf('late'));
        expect(await store().moveDirectory(from, to)).to.equal(true);
        expect(await moved(to)).to.deep.equal(files);
        await store().dropDirectory(from);
        expect([await moved(from), await moved(to)]).to.deep.equal([[], files]);
      });

      it('moves nothing from where nothing is, and nothing that was dropped', async () => {
        expect(await store().moveDirectory(from, to)).to.equal(false);
        await write();
        await store().dropDirectory(from);
        expect(await store().moveDirectory(from, to)).to.equal(false);
        expect(await moved('.gridmr/jobs')).to.deep.equal([]);
      });

      it('gives it whole to one of several that want it at once', async () => {
        for (let round = 0; round < 6; round++) {
          await store().remove('.gridmr/jobs/a');
          await store().remove('.gridmr/jobs/a-2');
          await write();
          const move = () => store().moveDirectory(from, to);
          const drop = () => store().dropDirectory(from);
          await Promise.all(round % 2 === 0 ? [move(), drop(), move()] : [drop(), move(), drop()]);
          expect(await moved(from)).to.deep.equal([]);
          expect((await moved(to)).join()).to.be.oneOf(['', files.join()]);
        }
      });
    });
  });
}
