/** No path and no link leads out of a store in a directory. */
import { mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { BlobStore } from '@gridmr/storage';
import { expect } from 'chai';
import {
  bytesOf,
  everythingIn,
  type FsFixture,
  pathsOf,
  readText,
  storageErrorOf,
  testDeadlineMs,
} from './fs-fixture.js';

const operations: Record<string, (store: BlobStore, path: string) => Promise<unknown>> = {
  stat: (store, path) => store.stat(path),
  list: (store, path) => pathsOf(store.list(path)),
  listPaths: (store, path) => pathsOf(store.listPaths(path)),
  holdsFiles: (store, path) => store.holdsFiles(path),
  read: (store, path) => store.read(path, 1000),
  openReader: (store, path) => store.openReader(path),
  readStream: (store, path) => text(store.readStream(path)),
  createWriter: (store, path) => store.createWriter(path),
  write: (store, path) => store.write(path, bytesOf('bad')),
  commitOnce: (store, path) => store.commitOnce(path, bytesOf('bad')),
  'rename from': (store, path) => store.rename(path, 'stolen'),
  'rename to': (store, path) => store.rename('inside/f', path),
  remove: (store, path) => store.remove(path),
  page: (store, path) => store.page({ prefix: `${path}/`, limit: 10, enters: () => true }),
  openDownload: (store, path) => store.openDownload(path),
  createUpload: (store, path) => store.createUpload(path),
  'renameFirst to': (store, path) => store.renameFirst('inside/f', path),
  realName: (store, path) => store.realName(path),
};

const creating = ['createWriter', 'write', 'commitOnce', 'rename to', 'createUpload', 'renameFirst to'];

export function describeConfinement(name: string, open: () => Promise<FsFixture>): void {
  describe(`${name} as a jail`, function () {
    this.timeout(testDeadlineMs);
    let fixture: FsFixture;

    beforeEach(async () => {
      fixture = await open();
      await fixture.store.write('inside/f', bytesOf('inside'));
      await writeFile(join(fixture.elsewhere, 'secret'), 'secret');
      await mkdir(join(fixture.elsewhere, 'directory'));
      const links: [string, string][] = [
        ['file-link', join(fixture.elsewhere, 'secret')],
        ['directory-link', fixture.elsewhere],
        ['relative-link', '../elsewhere'],
        ['chain-2', 'directory-link'],
        ['chain-1', 'chain-2'],
        ['broken-link', join(fixture.elsewhere, 'not-there')],
        ['loop', 'loop'],
      ];
      for (const [link, target] of links) await symlink(target, join(fixture.root, link));
    });

    afterEach(async () => {
      const untouched = await everythingIn(fixture.elsewhere);
      await fixture[Symbol.asyncDispose]();
      expect(untouched).to.deep.equal(['directory', 'secret']);
    });

    const everywhere = [
      '../elsewhere/secret',
      'inside/../../elsewhere/secret',
      '..',
      'inside/..',
      '/etc/passwd',
      'nul\0name',
      'file-link',
      'directory-link',
      'directory-link/secret',
      'directory-link/directory',
      'relative-link/secret',
      'chain-1/secret',
    ];
    for (const [operation, run] of Object.entries(operations)) {
      it(`${operation} refuses every way out`, async () => {
        for (const path of everywhere) {
          const error = await storageErrorOf(() => run(fixture.store, path));
          expect(error.code, path).to.equal('outside');
          expect(error.message, path).to.not.include(fixture.elsewhere);
        }
        expect(await readText(fixture.store, 'inside/f')).to.equal('inside');
      });
    }

    for (const operation of creating) {
      it(`${operation} creates nothing behind a link`, async () => {
        const paths = [
          'directory-link/new',
          'chain-1/new/deeper',
          'broken-link',
          'broken-link/new',
          'loop',
          'loop/new',
        ];
        for (const path of paths) {
          const error = await storageErrorOf(() => operations[operation]!(fixture.store, path));
          expect(error.code, path).to.equal('outside');
        }
      });
    }

    it('takes encoded and foreign ways out literally', async () => {
      for (const path of [
        '%2e%2e/elsewhere/secret',
        '..%2felsewhere',
        '..\\elsewhere\\secret',
        '\u2025/elsewhere',
        '...',
      ]) {
        expect(await fixture.store.stat(path), path).to.equal(undefined);
        await fixture.store.write(path, bytesOf('literal'));
        expect(await readText(fixture.store, path), path).to.equal('literal');
      }
    });

    it('lists neither what is behind a link to elsewhere nor broken links', async () => {
      expect(await pathsOf(fixture.store.list(''))).to.deep.equal(['inside/f']);
      expect(await pathsOf(fixture.store.glob('**'))).to.deep.equal(['inside/f']);
    });

    it('finds nothing elsewhere by a glob, whatever it is made of', async () => {
      const patterns = [
        '*/secret',
        '**/secret',
        'directory-link/*',
        'chain-1/**',
        '{..,inside}/elsewhere/*',
        '@(..)/elsewhere/*',
        '[.][.]/elsewhere/*',
        '\\.\\./elsewhere/*',
        'inside/{..,x}/../elsewhere/*',
      ];
      for (const pattern of patterns) {
        const found = await pathsOf(fixture.store.glob(pattern)).catch(error => error);
        if (found instanceof Error) expect(found, pattern).to.have.property('code', 'outside');
        else expect(found, pattern).to.deep.equal([]);
      }
      expect((await storageErrorOf(() => pathsOf(fixture.store.glob('../elsewhere/*')))).code).to.equal('outside');
      expect((await storageErrorOf(() => pathsOf(fixture.store.glob('/etc/*')))).code).to.equal('outside');
    });

    it('follows links that stay inside', async () => {
      await symlink('inside', join(fixture.root, 'alias'));
      await symlink('inside/f', join(fixture.root, 'alias-f'));
      expect(await readText(fixture.store, 'alias/f')).to.equal('inside');
      expect(await pathsOf(fixture.store.list(''))).to.deep.equal(['alias-f', 'alias/f', 'inside/f']);
      expect(await pathsOf(fixture.store.glob('alias*/*'))).to.deep.equal(['alias/f']);
      expect(await pathsOf(fixture.store.glob('alias*'))).to.deep.equal(['alias-f']);
      await fixture.store.write('alias/g', bytesOf('new'));
      expect(await readText(fixture.store, 'inside/g')).to.equal('new');
    });

    it('never walks in circles', async () => {
      await fixture.store.write('a/f', bytesOf('x'));
      await fixture.store.write('b/g', bytesOf('x'));
      await symlink('..', join(fixture.root, 'a', 'up'));
      await symlink('../b', join(fixture.root, 'a', 'to-b'));
      await symlink('../a', join(fixture.root, 'b', 'to-a'));
      const expected = ['a/f', 'a/to-b/g', 'b/g', 'b/to-a/f', 'inside/f'];
      expect(await pathsOf(fixture.store.list(''))).to.deep.equal(expected);
      expect(await pathsOf(fixture.store.glob('**'))).to.deep.equal(expected);
      expect(await fixture.store.holdsFiles('')).to.equal(true);
    });

    it('removes a link inside, not what it leads to', async () => {
      await symlink('inside', join(fixture.root, 'alias'));
      await fixture.store.remove('alias');
      expect(await fixture.store.stat('inside/f')).to.not.equal(undefined);
      expect(await readlink(join(fixture.root, 'alias')).catch(error => error.code)).to.equal('ENOENT');
    });

    it('removes links with their directory, and nothing of what they lead to', async () => {
      await fixture.store.write('d/f', bytesOf('x'));
      await symlink(fixture.elsewhere, join(fixture.root, 'd', 'out'));
      await fixture.store.remove('d');
      expect(await fixture.store.holdsFiles('d')).to.equal(false);
    });
  });
}
