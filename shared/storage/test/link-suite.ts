/** What a store in a directory does about links, which only file systems have. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { bytesOf, type FsFixture, readText, testDeadlineMs } from './fs-fixture.js';

export function describeLinks(name: string, open: () => Promise<FsFixture>): void {
  describe(`${name} and links in it`, function () {
    this.timeout(testDeadlineMs);
    let fixture: FsFixture;
    const store = () => fixture.store;

    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    describe('removeFile', () => {
      it('removes a link, and not what it leads to', async () => {
        await store().write('a', bytesOf('x'));
        await symlink('a', join(fixture.root, 'link'));
        expect(await store().removeFile('link')).to.equal(true);
        expect(await readText(store(), 'a')).to.equal('x');
      });
    });

    describe('realName', () => {
      it('is the name behind all links, also of what does not exist yet', async () => {
        await store().write('real/a', bytesOf('x'));
        await symlink('real', join(fixture.root, 'link'));
        await symlink('link/a', join(fixture.root, 'chain'));
        const names = ['real/a', 'link/a', 'chain', 'link/new/b', 'new', 'a//./b'];
        expect(await Promise.all(names.map(each => store().realName(each)))).to.deep.equal([
          'real/a',
          'real/a',
          'real/a',
          'real/new/b',
          'new',
          'a/b',
        ]);
      });
    });

    describe('page', () => {
      it('leaves out links, and directories that it is told not to enter', async () => {
        for (const path of ['a/1', 'b/1', 'c/1']) await store().write(path, bytesOf('x'));
        await symlink('a', join(fixture.root, 'link'));
        await symlink('a/1', join(fixture.root, 'file-link'));
        const page = await store().page({ prefix: '', limit: 10, enters: path => path !== 'b' });
        expect(page.files.map(({ path }) => path)).to.deep.equal(['a/1', 'c/1']);
        expect(page.next).to.equal(undefined);
      });
    });
  });
}
