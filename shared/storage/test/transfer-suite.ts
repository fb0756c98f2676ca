/** What every blob store does for files that come and go over a network, and for listings by pages. */
import { mkdir, rename as moveFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  bytesOf,
  collect,
  everythingIn,
  type FsFixture,
  pathsOf,
  readText,
  storageErrorOf,
  testDeadlineMs,
  textOf,
} from './fs-fixture.js';

const everywhere = () => true;

export function describeTransfers(name: string, open: () => Promise<FsFixture>): void {
  describe(`${name} and transfers`, function () {
    this.timeout(testDeadlineMs);
    let fixture: FsFixture;
    const store = () => fixture.store;

    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    describe('createUpload', () => {
      it('writes what comes, in order, into a new file', async () => {
        const upload = await store().createUpload('up/1');
        for (const text of ['one ', '', 'two']) await upload.write(bytesOf(text));
        await upload.finish();
        await upload[Symbol.asyncDispose]();
        expect(await readText(store(), 'up/1')).to.equal('one two');
      });

      it('takes no name that is taken', async () => {
        await store().write('up', bytesOf('x'));
        expect((await storageErrorOf(() => store().createUpload('up'))).code).to.equal('not_a_file');
      });
    });

    describe('renameFirst', () => {
      it('gives a file its name if nothing has it, with the directories above', async () => {
        await store().write('staged', bytesOf('x'));
        expect(await store().renameFirst('staged', 'a/b/c')).to.equal(true);
        expect(await readText(store(), 'a/b/c')).to.equal('x');
        expect(await store().stat('staged')).to.equal(undefined);
      });

      it('leaves both as they are otherwise', async () => {
        await store().write('staged', bytesOf('new'));
        await store().write('taken', bytesOf('old'));
        expect(await store().renameFirst('staged', 'taken')).to.equal(false);
        expect([await readText(store(), 'staged'), await readText(store(), 'taken')]).to.deep.equal(['new', 'old']);
      });
    });

    describe('removeFile', () => {
      it('removes a file, and says whether it was there', async () => {
        await store().write('a/b', bytesOf('x'));
        expect(await store().removeFile('a/b')).to.equal(true);
        expect(await store().removeFile('a/b')).to.equal(false);
        expect(await store().removeFile('nothing/there')).to.equal(false);
      });

      it('removes a link, and not what it leads to', async () => {
        await store().write('a', bytesOf('x'));
        await symlink('a', join(fixture.root, 'link'));
        expect(await store().removeFile('link')).to.equal(true);
        expect(await readText(store(), 'a')).to.equal('x');
      });

      it('removes no directory', async () => {
        await store().write('a/b', bytesOf('x'));
        expect((await storageErrorOf(() => store().removeFile('a'))).code).to.be.oneOf(['not_a_file', 'io_error']);
        expect(await readText(store(), 'a/b')).to.equal('x');
      });
    });

    describe('openDownload', () => {
      it('tells size, time and version, and reads any range', async () => {
        await store().write('a', bytesOf('0123456789'));
        await using file = await store().openDownload('a');
        expect(file).to.include({ path: 'a', bytes: 10 });
        const read = async (start: number, end: number) =>
          textOf(Buffer.concat(await collect(file.pieces({ start, end }))));
        expect([await read(0, 10), await read(3, 5), await read(9, 10), await read(4, 4)]).to.deep.equal([
          '0123456789',
          '34',
          '9',
          '',
        ]);
      });

      it('stays with its file while another one takes the name', async () => {
        await store().write('a', bytesOf('old'));
        await using file = await store().openDownload('a');
        await store().write('a', bytesOf('new'));
        expect(textOf(Buffer.concat(await collect(file.pieces({ start: 0, end: 3 }))))).to.equal('old');
        await using other = await store().openDownload('a');
        expect(other.version).not.to.equal(file.version);
      });

      it('says what is missing, what is a directory, and what was cut short', async () => {
        await store().write('d/a', bytesOf('abc'));
        expect((await storageErrorOf(() => store().openDownload('b'))).code).to.equal('not_found');
        expect((await storageErrorOf(() => store().openDownload('d'))).code).to.equal('not_a_file');
        await using file = await store().openDownload('d/a');
        expect((await storageErrorOf(() => collect(file.pieces({ start: 0, end: 4 })))).code).to.equal('io_error');
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
      const pathsInPages = async (prefix: string, limit: number) => {
        const paths: string[] = [];
        let after: string | undefined;
        do {
          const page = await store().page({ prefix, after, limit, enters: everywhere });
          expect(page.files.length).to.be.at.most(limit);
          paths.push(...page.files.map(({ path }) => path));
          after = page.next;
        } while (after !== undefined);
        return paths;
      };

      it('after page is what a listing is, of any tree and any prefix', async () => {
        const segment = fc.constantFrom('a', 'a.', 'a0', 'b', 'ab', '.a', 'ä', '𝒳', '￿', '-', 'A');
        const paths = fc.array(fc.array(segment, { minLength: 1, maxLength: 4 }), { maxLength: 25 });
        const prefix = fc.constantFrom('', 'a', 'a/', 'a/b', 'b/a', 'ab/', 'x/', 'a/a/a');
        let tree = 0;
        await fc.assert(
          fc.asyncProperty(paths, prefix, fc.integer({ min: 1, max: 8 }), async (wanted, start, limit) => {
            const top = `tree-${tree++}`;
            await mkdir(join(fixture.root, top, 'empty', 'directory'), { recursive: true });
            for (const segments of wanted) {
              const path = join(fixture.root, top, ...segments);
              await mkdir(join(path, '..'), { recursive: true }).catch(() => undefined);
              await writeFile(path, 'x').catch(() => undefined);
            }
            const listed = await pathsOf(store().list(top));
            const expected = listed.filter(path => path.startsWith(`${top}/${start}`));
            expect(await pathsInPages(`${top}/${start}`, limit)).to.deep.equal(expected);
          }),
          { numRuns: 60 },
        );
      });

      it('leaves out links, and directories that it is told not to enter', async () => {
        for (const path of ['a/1', 'b/1', 'c/1']) await store().write(path, bytesOf('x'));
        await symlink('a', join(fixture.root, 'link'));
        await symlink('a/1', join(fixture.root, 'file-link'));
        const page = await store().page({ prefix: '', limit: 10, enters: path => path !== 'b' });
        expect(page.files.map(({ path }) => path)).to.deep.equal(['a/1', 'c/1']);
        expect(page.next).to.equal(undefined);
      });

      it('goes on behind a file that is gone, and begins anywhere', async () => {
        for (const path of ['a', 'b', 'c']) await store().write(path, bytesOf('x'));
        const after = async (path: string) =>
          (await store().page({ prefix: '', after: path, limit: 10, enters: everywhere })).files.map(file => file.path);
        expect(await after('a0')).to.deep.equal(['b', 'c']);
        expect(await after('zzz')).to.deep.equal([]);
      });

      it('holds no more than its page of a directory of many files', async function () {
        this.timeout(4 * testDeadlineMs);
        const files = 20_000;
        await mkdir(join(fixture.root, 'many'));
        const numbers = Array.from({ length: files }, (_, i) => i);
        for (let i = 0; i < files; i += 500) {
          await Promise.all(
            numbers
              .slice(i, i + 500)
              .map(n => writeFile(join(fixture.root, 'many', `f${String(n).padStart(6, '0')}`), '')),
          );
        }
        const { files: last, next } = await store().page({
          prefix: 'many/',
          after: `many/f${String(files - 3).padStart(6, '0')}`,
          limit: 10,
          enters: everywhere,
        });
        expect(last.map(({ path }) => path)).to.deep.equal(['many/f019998', 'many/f019999']);
        expect(next).to.equal(undefined);
        const first = await store().page({ prefix: 'many/', limit: 1000, enters: everywhere });
        expect(first.files).to.have.length(1000);
        expect(first.next).to.equal('many/f000999');
      });
    });

    it('leaves nothing hidden behind', async () => {
      await store().write('a', bytesOf('x'));
      await store().renameFirst('a', 'b');
      await moveFile(join(fixture.root, 'b'), join(fixture.root, 'c'));
      await store().removeFile('c');
      expect(await everythingIn(fixture.root)).to.deep.equal([]);
    });
  });
}
