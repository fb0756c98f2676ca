/** What every blob store does for files that come and go over a network, and for listings by pages. */
import { objectStoreLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  bytesOf,
  collect,
  pathsOf,
  readText,
  type StoreFixture,
  storageErrorOf,
  testDeadlineMs,
  textOf,
} from './store-fixture.js';

const everywhere = () => true;

/** Without paths that would need a file where there is a directory. */
function withoutConflicts(wanted: readonly (readonly string[])[]): Set<string> {
  const paths = [...new Set(wanted.map(segments => segments.join('/')))];
  return new Set(paths.filter(path => !paths.some(other => other.startsWith(`${path}/`))));
}

export function describeTransfers(name: string, open: () => Promise<StoreFixture>): void {
  describe(`${name} and transfers`, function () {
    this.timeout(testDeadlineMs);
    let fixture: StoreFixture;
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

      it('takes more than a part, in pieces of any size', async () => {
        const content = Buffer.alloc(2 * objectStoreLimits.partBytes + 4321, 'sixteen letters.');
        const upload = await store().createUpload('up/big');
        for (let at = 0; at < content.length; at += 1_234_567) await upload.write(content.subarray(at, at + 1_234_567));
        await upload.finish();
        await upload[Symbol.asyncDispose]();
        expect(content.equals(await store().read('up/big', content.length))).to.equal(true);
      });

      it('leaves nothing of one that is not finished, once its name is removed', async () => {
        const upload = await store().createUpload('.gridmr/tmp/up');
        await upload.write(new Uint8Array(objectStoreLimits.partBytes + 1));
        await upload[Symbol.asyncDispose]();
        await store().remove('.gridmr/tmp/up');
        expect(await fixture.everything()).to.deep.equal([]);
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

      it('stays with its file while another one takes the name, or says that it cannot', async () => {
        await store().write('a', bytesOf('old'));
        await using file = await store().openDownload('a');
        await store().write('a', bytesOf('new'));
        const rest = collect(file.pieces({ start: 0, end: 3 }));
        if (fixture.keepsReplaced) expect(textOf(Buffer.concat(await rest))).to.equal('old');
        else expect((await storageErrorOf(() => rest)).message).to.match(/somebody else replaced or removed it/);
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

      const pathsAfter = async (after: string) =>
        (await store().page({ prefix: '', after, limit: 10, enters: path => path !== 'b' })).files.map(
          ({ path }) => path,
        );

      it('after page is what a listing is, of any tree and any prefix', async () => {
        const segment = fc.constantFrom('a', 'a.', 'a0', 'b', 'ab', '.a', 'ä', '𝒳', '￿', '-', 'A');
        const paths = fc.array(fc.array(segment, { minLength: 1, maxLength: 4 }), { maxLength: 25 });
        const prefix = fc.constantFrom('', 'a', 'a/', 'a/b', 'b/a', 'ab/', 'x/', 'a/a/a');
        let tree = 0;
        await fc.assert(
          fc.asyncProperty(paths, prefix, fc.integer({ min: 1, max: 8 }), async (wanted, start, limit) => {
            const top = `tree-${tree++}`;
            for (const path of withoutConflicts(wanted)) await fixture.plant(`${top}/${path}`);
            const listed = await pathsOf(store().list(top));
            const expected = listed.filter(path => path.startsWith(`${top}/${start}`));
            expect(await pathsInPages(`${top}/${start}`, limit)).to.deep.equal(expected);
          }),
          { numRuns: 60 },
        );
      });

      it('leaves out directories that it is told not to enter', async () => {
        for (const path of ['a/1', 'b/1', 'b/2', 'c/1']) await store().write(path, bytesOf('x'));
        for (const limit of [1, 10]) {
          const page = await store().page({ prefix: '', limit, enters: path => path !== 'b' });
          const { next } = page;
          const rest = next === undefined ? [] : await pathsAfter(next);
          expect([...page.files.map(({ path }) => path), ...rest]).to.deep.equal(['a/1', 'c/1']);
        }
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
        const files = fixture.manyFiles;
        const nameOf = (n: number) => `many/f${String(n).padStart(6, '0')}`;
        const numbers = Array.from({ length: files }, (_, i) => i);
        for (let i = 0; i < files; i += 100) {
          await Promise.all(numbers.slice(i, i + 100).map(n => fixture.plant(nameOf(n))));
        }
        const { files: last, next } = await store().page({
          prefix: 'many/',
          after: nameOf(files - 3),
          limit: 10,
          enters: everywhere,
        });
        expect(last.map(({ path }) => path)).to.deep.equal([nameOf(files - 2), nameOf(files - 1)]);
        expect(next).to.equal(undefined);
        const first = await store().page({ prefix: 'many/', limit: 1000, enters: everywhere });
        expect(first.files).to.have.length(1000);
        expect(first.next).to.equal('many/f000999');
      });
    });

    it('leaves nothing hidden behind', async () => {
      await store().write('a', bytesOf('x'));
      await store().renameFirst('a', 'b');
      await store().rename('b', 'c');
      await store().removeFile('c');
      expect(await fixture.everything()).to.deep.equal([]);
    });
  });
}
