/** What every blob store does, whatever it is made of. */
import { text } from 'node:stream/consumers';
import { dataPlaneLimits, objectStoreLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import {
  bytesOf,
  pathsOf,
  readText,
  type StoreFixture,
  storageErrorOf,
  testDeadlineMs,
  textOf,
} from './store-fixture.js';

export function describeBlobStore(name: string, open: () => Promise<StoreFixture>): void {
  describe(`${name} as a blob store`, function () {
    this.timeout(testDeadlineMs);
    let fixture: StoreFixture;
    const store = () => fixture.store;

    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    describe('createWriter', () => {
      it('shows nothing before the commit, and the whole file after it', async () => {
        const writer = await store().createWriter('a/b/c.txt');
        writer.writeSync(bytesOf('one '));
        expect(await store().stat('a/b/c.txt')).to.equal(undefined);
        expect(await pathsOf(store().list(''))).to.deep.equal([]);
        expect(await pathsOf(store().glob('**/*'))).to.deep.equal([]);
        writer.writeSync(bytesOf('two'));
        await writer.commit();
        expect(await readText(store(), 'a/b/c.txt')).to.equal('one two');
        expect(writer.bytesWritten).to.equal(7);
      });

      it('keeps the old content until the commit', async () => {
        await store().write('f', bytesOf('old'));
        const writer = await store().createWriter('f');
        writer.writeSync(bytesOf('new and longer'));
        expect(await readText(store(), 'f')).to.equal('old');
        await writer.commit({ durable: true });
        expect(await readText(store(), 'f')).to.equal('new and longer');
      });

      it('writes pieces below, at and above the size of its buffer in order', async () => {
        const full = dataPlaneLimits.writeBufferBytes;
        const sizes = [1, full - 1, full, 3, full + 1, 0, full - 2, 5];
        const pieces = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
        const writer = await store().createWriter('big');
        for (const piece of pieces) writer.writeSync(piece);
        await writer.commit();
        const expected = Buffer.concat(pieces);
        expect(Buffer.compare(await store().read('big', expected.length), expected)).to.equal(0);
      });

      it('copies what it is given, so that the caller may use its buffer again', async () => {
        const buffer = bytesOf('first');
        const writer = await store().createWriter('f');
        writer.writeSync(buffer);
        buffer.fill(0);
        await writer.commit();
        expect(await readText(store(), 'f')).to.equal('first');
      });

      it('leaves nothing after a discard', async () => {
        const writer = await store().createWriter('f');
        writer.writeSync(new Uint8Array(dataPlaneLimits.writeBufferBytes * 2));
        await writer.discard();
        expect(await fixture.everything()).to.deep.equal([]);
      });

      it('discards when it is disposed without a commit', async () => {
        {
          await using writer = await store().createWriter('f');
          writer.writeSync(bytesOf('x'));
        }
        expect(await fixture.everything()).to.deep.equal([]);
      });

      it('keeps the file when it is disposed after a commit', async () => {
        {
          await using writer = await store().createWriter('f');
          await writer.commit();
        }
        expect(await fixture.everything()).to.deep.equal(['f']);
      });

      it('makes no file while a late one holds all that was written, and a whole one after', async () => {
        await using writer = await store().createWriter('a/late', { late: true });
        writer.writeSync(bytesOf('one '));
        writer.writeSync(bytesOf('two'));
        expect(textOf(writer.held ?? new Uint8Array())).to.equal('one two');
        expect(await fixture.everything()).to.deep.equal([]);
        await writer.commit({ durable: true });
        expect(writer.held).to.equal(undefined);
        expect(await readText(store(), 'a/late')).to.equal('one two');
      });

      it('makes the file of a late one once its buffer is full', async () => {
        const bytes = new Uint8Array(dataPlaneLimits.writeBufferBytes / 2 + 1).fill(7);
        await using writer = await store().createWriter('late', { late: true });
        for (let i = 0; i < 3; i++) writer.writeSync(bytes);
        expect(writer.held).to.equal(undefined);
        await writer.commit();
        expect((await store().stat('late'))?.bytes).to.equal(3 * bytes.length);
        expect(await fixture.everything()).to.deep.equal(['late']);
      });

      it('leaves nothing of a late one that is discarded, full or not', async () => {
        for (const length of [1, dataPlaneLimits.writeBufferBytes * 2]) {
          await using writer = await store().createWriter('late', { late: true });
          writer.writeSync(new Uint8Array(length));
        }
        expect(await fixture.everything()).to.deep.equal([]);
      });

      it('refuses to go on after its end', async () => {
        const writer = await store().createWriter('f');
        await writer.commit();
        expect(() => writer.writeSync(bytesOf('x'))).to.throw('committed or discarded before');
      });

      it('says that the target is a directory, and leaves nothing else', async () => {
        await store().write('d/f', bytesOf('x'));
        const writer = await store().createWriter('d');
        const error = await storageErrorOf(() => writer.commit());
        expect(error.code).to.equal('not_a_file');
        expect(await fixture.everything()).to.deep.equal(['d', 'd/f']);
      });

      it('says that a parent is a file', async () => {
        await store().write('f', bytesOf('x'));
        const error = await storageErrorOf(() => store().createWriter('f/g'));
        expect(error.code).to.equal('not_a_file');
      });

      it('writes to names of the longest length', async () => {
        const longest = `${'é'.repeat(127)}x`;
        await store().write(longest, bytesOf('x'));
        expect(await pathsOf(store().list(''))).to.deep.equal([longest]);
      });
    });

    describe('commitOnce', () => {
      it('lets the first one win, and keeps its content', async () => {
        expect(await store().commitOnce('c/record.json', bytesOf('first'))).to.equal(true);
        expect(await store().commitOnce('c/record.json', bytesOf('second'))).to.equal(false);
        expect(await readText(store(), 'c/record.json')).to.equal('first');
        expect(await fixture.everything()).to.deep.equal(['c', 'c/record.json']);
      });
    });

    describe('openReader', () => {
      it('knows the size, reads at any position, and reads less only at the end', async () => {
        await store().write('f', bytesOf('0123456789'));
        using reader = await store().openReader('f');
        const target = new Uint8Array(4);
        expect(reader.bytes).to.equal(10);
        expect(reader.readSync(target, 3)).to.equal(4);
        expect(textOf(target)).to.equal('3456');
        expect(reader.readSync(target, 8)).to.equal(2);
        expect(textOf(target.subarray(0, 2))).to.equal('89');
        expect(reader.readSync(target, 10)).to.equal(0);
        expect(reader.readSync(target, 99)).to.equal(0);
      });

      it('says what is missing, and what is a directory', async () => {
        await store().write('d/f', bytesOf('x'));
        expect((await storageErrorOf(() => store().openReader('none'))).code).to.equal('not_found');
        expect((await storageErrorOf(() => store().openReader('d/f/g'))).code).to.equal('not_found');
        expect((await storageErrorOf(() => store().openReader('d'))).code).to.equal('not_a_file');
      });

      it('may be disposed twice, and then reads no more', async () => {
        await store().write('f', bytesOf('x'));
        const reader = await store().openReader('f');
        reader[Symbol.dispose]();
        reader[Symbol.dispose]();
        expect(() => reader.readSync(new Uint8Array(1), 0)).to.throw('closed before');
      });
    });

    describe('read', () => {
      it('reads a file of exactly the limit, and refuses a longer one', async () => {
        await store().write('f', bytesOf('12345'));
        expect(textOf(await store().read('f', 5))).to.equal('12345');
        expect((await storageErrorOf(() => store().read('f', 4))).code).to.equal('too_large');
      });

      it('sees old or new content while it is replaced, never a mixture', async () => {
        const contents = ['a', 'b'].map(letter => letter.repeat(100_000));
        await store().write('f', bytesOf(contents[0]!));
        let writing = true;
        const writes = (async () => {
          for (let i = 0; i < 50; i++) await store().write('f', bytesOf(contents[i % 2]!));
          writing = false;
        })();
        while (writing) expect(contents.includes(await readText(store(), 'f'))).to.equal(true);
        await writes;
      });
    });

    describe('readStream', () => {
      it('reads the whole file, in several pieces', async () => {
        const content = 'line of text\n'.repeat(60_000);
        await store().write('f', bytesOf(content));
        expect((await text(store().readStream('f'))) === content).to.equal(true);
      });

      it('reads a half-open range, cut at the end of the file', async () => {
        await store().write('f', bytesOf('0123456789'));
        expect(await text(store().readStream('f', { start: 2, end: 5 }))).to.equal('234');
        expect(await text(store().readStream('f', { start: 8, end: 50 }))).to.equal('89');
        expect(await text(store().readStream('f', { start: 5, end: 5 }))).to.equal('');
        expect(await text(store().readStream('f', { start: 20, end: 30 }))).to.equal('');
      });

      it('fails with not_found if the file is missing', async () => {
        expect((await storageErrorOf(() => text(store().readStream('none')))).code).to.equal('not_found');
      });
    });

    describe('stat', () => {
      it('tells size and time of a file, under its canonical path', async () => {
        const before = Date.now();
        await store().write('a/f', bytesOf('123'));
        const stat = await store().stat('a//./f');
        expect(stat).to.include({ path: 'a/f', bytes: 3 });
        expect(stat?.modifiedMs).to.be.within(before - 2000, Date.now() + 2000);
      });

      it('knows neither directories nor what is below a file', async () => {
        await store().write('d/f', bytesOf('x'));
        for (const path of ['d', '', 'none', 'd/f/g', 'x'.repeat(300)]) {
          expect(await store().stat(path), path).to.equal(undefined);
        }
      });
    });

    describe('list', () => {
      it('is in the order of the UTF-8 bytes of the whole paths', async () => {
        const paths = [
          'a/b',
          'a.txt',
          'a0',
          'a/b.c/d',
          'a/b/c',
          'Z',
          'é',
          '\uffee',
          '😀',
          'z',
          'a-',
          'ab/\ue000',
          'ab/🙂',
        ];
        const files = paths.filter(path => path !== 'a/b');
        for (const path of files) await store().write(path, bytesOf(path));
        const expected = [...files].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(await pathsOf(store().list(''))).to.deep.equal(expected);
        expect(await pathsOf(store().listPaths(''))).to.deep.equal(expected);
        expect(await pathsOf(store().glob('**'))).to.deep.equal(expected);
      });

      it('tells sizes, in batches too', async () => {
        const names = Array.from({ length: 150 }, (_, i) => `d/${String(i).padStart(3, '0')}`);
        await Promise.all(names.map((path, i) => store().write(path, new Uint8Array(i))));
        const stats = [];
        for await (const stat of store().list('d')) stats.push([stat.path, stat.bytes]);
        expect(stats).to.deep.equal(names.map((path, i) => [path, i]));
      });

      it('lists a file as itself, and nothing where nothing is', async () => {
        await store().write('d/f', bytesOf('x'));
        expect(await pathsOf(store().list('d/f'))).to.deep.equal(['d/f']);
        expect(await pathsOf(store().list('none'))).to.deep.equal([]);
        expect(await pathsOf(store().list('d/f/g'))).to.deep.equal([]);
      });

      it('leaves hidden names out, unless it is asked for what is below one', async () => {
        for (const path of ['f', '.hidden', 'd/.hidden/g', '.gridmr/jobs/j/plan.json']) {
          await store().write(path, bytesOf('x'));
        }
        expect(await pathsOf(store().list(''))).to.deep.equal(['f']);
        expect(await pathsOf(store().list('.gridmr/jobs'))).to.deep.equal(['.gridmr/jobs/j/plan.json']);
      });
    });

    describe('holdsFiles', () => {
      it('is true for a file and for a directory with a file at any depth', async () => {
        await store().write('a/b/c/f', bytesOf('x'));
        for (const path of ['', 'a', 'a/b/c', 'a/b/c/f']) expect(await store().holdsFiles(path), path).to.equal(true);
      });

      it('is false for what is missing, empty or holds hidden files only', async () => {
        await store().write('a/.hidden', bytesOf('x'));
        for (const path of ['', 'a', 'none', 'a/.hidden/x'])
          expect(await store().holdsFiles(path), path).to.equal(false);
      });
    });

    describe('glob', () => {
      it('matches names, directories and alternatives', async () => {
        for (const path of [
          'logs/a.txt',
          'logs/b.csv',
          'logs/2024/c.txt',
          'logs/2024/x/d.txt',
          'other/e.txt',
          '.h/f.txt',
        ]) {
          await store().write(path, bytesOf(path));
        }
        const matches = async (pattern: string) => pathsOf(store().glob(pattern));
        expect(await matches('logs/*.txt')).to.deep.equal(['logs/a.txt']);
        expect(await matches('logs/**/*.txt')).to.deep.equal(['logs/2024/c.txt', 'logs/2024/x/d.txt', 'logs/a.txt']);
        expect(await matches('*/*.{txt,csv}')).to.deep.equal(['logs/a.txt', 'logs/b.csv', 'other/e.txt']);
        expect(await matches('logs/2*/?.txt')).to.deep.equal(['logs/2024/c.txt']);
        expect(await matches('**/f.txt')).to.deep.equal([]);
        expect(await matches('.h/*')).to.deep.equal([]);
        expect(await matches('none/**')).to.deep.equal([]);
      });
    });

    describe('rename', () => {
      it('moves a file into a directory that does not exist yet, replacing what was there', async () => {
        await store().write('a', bytesOf('new'));
        await store().write('b/c', bytesOf('old'));
        await store().rename('a', 'b/c');
        await store().rename('b/c', 'd/e/f');
        // A file system keeps the empty directory.
        expect((await fixture.everything()).filter(name => name !== 'b')).to.deep.equal(['d', 'd/e', 'd/e/f']);
        expect(await readText(store(), 'd/e/f')).to.equal('new');
      });

      it('says which file is missing', async () => {
        const error = await storageErrorOf(() => store().rename('none', 'b'));
        expect([error.code, error.path]).to.deep.equal(['not_found', 'none']);
      });
    });

    describe('remove', () => {
      it('removes files, and directories with all below them', async () => {
        for (const path of ['a/b/c', 'a/d', 'e']) await store().write(path, bytesOf('x'));
        await store().remove('a');
        await store().remove('e');
        expect(await fixture.everything()).to.deep.equal([]);
      });

      it('does not mind what is missing', async () => {
        await store().write('f', bytesOf('x'));
        await store().remove('f');
        await store().remove('f');
        await store().remove('none/at/all');
      });

      it('never removes the data directory itself', async () => {
        for (const path of ['', '.', './/']) {
          expect((await storageErrorOf(() => store().remove(path))).code, path).to.equal('outside');
        }
      });
    });

    describe('discard', () => {
      it('removes a file and what its writers left unfinished, and nothing of others', async () => {
        const left = await store().createWriter('d/a1');
        left.writeSync(new Uint8Array(objectStoreLimits.partBytes + 1));
        await store().write('d/a1', bytesOf('finished'));
        await store().write('d/a10', bytesOf('another'));
        await using other = await store().createWriter('d/a10');
        await store().discard('d/a1');
        // By whole names: the random part of another's may hold `a1` too.
        expect((await fixture.everything()).filter(name => /(?:^|\/)\.?a1\b/.test(name))).to.deep.equal([]);
        await other.commit();
        expect(await fixture.everything()).to.deep.equal(['d', 'd/a10']);
        await left.discard();
      });

      it('does not mind what is missing', async () => {
        await store().discard('none/at/all');
      });
    });

    describe('names', () => {
      it('are those of files and directories, without hidden ones', async () => {
        for (const path of ['d/a', 'd/b/c', 'd/.h']) await store().write(path, bytesOf('x'));
        expect((await store().names('d')).sort()).to.deep.equal(['a', 'b']);
      });

      it('are none where nothing is', async () => {
        expect(await store().names('none')).to.deep.equal([]);
      });
    });

    it('checkWritable leaves nothing', async () => {
      await store().checkWritable();
      expect(await fixture.everything()).to.deep.equal([]);
    });

    it('never tells the paths of the machine, but keeps the cause', async () => {
      await store().write('d/f', bytesOf('x'));
      const failures = [
        () => store().openReader('none'),
        () => store().read('d', 10),
        () => store().createWriter('d/f/g'),
        () =>
          store()
            .commitOnce('d', bytesOf('x'))
            .then(() => store().write('d', bytesOf('x'))),
        () => store().rename('d/f', 'd/f/g'),
        () => store().rename('none', 'x'),
        () => store().write(`d/${'x'.repeat(300)}`, bytesOf('x')),
        () => text(store().readStream('none')),
      ];
      const errors = await Promise.all(failures.map(storageErrorOf));
      for (const error of errors)
        expect(error.message).to.not.match(/\/tmp|gridmr-storage|data\/|real\/|linked|127\.0\.0\.1|bucket/);
      expect(errors[0]!.message).to.equal('none could not be read: it does not exist');
      expect(errors[0]!.cause).to.be.an('error').with.property('code', fixture.missingCode);
    });
  });
}
