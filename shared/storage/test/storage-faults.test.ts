/** A store over a file system that fails: what passes, the store waits for; what does not, it says in plain words. */
import { execFileSync } from 'node:child_process';
import { mkdir, rename, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openFsStore } from '@gridmr/storage';
import { injectFileFaults, StallMeter, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { describeBlobStore } from './blob-store-suite.js';
import { faultyFixture } from './faulty-fixture.js';
import { bytesOf, everythingIn, type FsFixture, plainFixture, readText, storageErrorOf } from './fs-fixture.js';

describeBlobStore('a directory where every 9th call is stale (ESTALE)', () =>
  faultyFixture({ every: 9, error: 'ESTALE' }),
);
describeBlobStore('a directory where every 7th call fails (EIO), after the work was done where it moves a file', () =>
  faultyFixture({ every: 7, error: 'EIO', answersLost: true }),
);
describeBlobStore('a directory of which every read is short', () => faultyFixture({ shortReads: true }));

describe('a store whose file system fails', function () {
  this.timeout(30_000);
  let fixture: FsFixture;

  beforeEach(async () => {
    fixture = await plainFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  it('gives up after its patience, and says why', async () => {
    await fixture.store.write('d/f', bytesOf('old'));
    const store = await openFsStore(fixture.root, { patienceMs: 300 });
    using _faults = injectFileFaults({ root: fixture.root, every: 1, error: 'EIO' });
    using clock = new StallMeter();
    expect((await storageErrorOf(() => store.read('d/f', 10))).message).to.match(/^d\/f could not be read: .*EIO/);
    expect((await storageErrorOf(() => store.write('d/f', bytesOf('new')))).code).to.equal('io_error');
    expect((await storageErrorOf(() => store.commitOnce('d/g', bytesOf('new')))).code).to.equal('io_error');
    expect(clock.passedMs).to.be.at.least(800);
    expect(clock.ranMs).to.be.below(5000);
  });

  it('reads on through a new handle when the one it has is stale', async () => {
    await fixture.store.write('f', bytesOf('0123456789'));
    const store = await openFsStore(fixture.root, { mayBlock: true });
    using faults = injectFileFaults({ root: fixture.root, every: 3, error: 'ESTALE' });
    using reader = await store.openReader('f');
    const target = new Uint8Array(2);
    for (let at = 0; at < 10; at += 2) {
      expect(reader.readSync(target, at)).to.equal(2);
      expect(Buffer.from(target).toString()).to.equal('0123456789'.slice(at, at + 2));
    }
    expect(faults.failed).to.be.greaterThan(0);
  });

  it('waits for a file that stands and is not shown yet, if it is told that it stands', async () => {
    await writeFile(join(fixture.root, 'new'), 'content');
    using _faults = injectFileFaults({ root: fixture.root, unseenMs: 700 });
    expect((await storageErrorOf(() => fixture.store.read('new', 10))).code).to.equal('not_found');
    const read = await fixture.store.read('new', 10, { isAwaited: true });
    expect(Buffer.from(read).toString()).to.equal('content');
  });

  describe('of which the data directory vanishes', () => {
    const away = () => `${fixture.root}-away`;

    beforeEach(async () => {
      await fixture.store.write('.gridmr/jobs/a/job.json', bytesOf('{}'));
      await fixture.store.write('input/a.txt', bytesOf('a'));
    });

    it('neither takes it for empty nor makes another, and goes on when it is back', async () => {
      await rename(fixture.root, away());
      const { store } = fixture;
      const all = Promise.all([
        store.stat('input/a.txt'),
        store.names('input'),
        store.holdsFiles('input'),
        store.read('.gridmr/jobs/a/verdict.json', 10).catch(error => error.code),
        store.write('.gridmr/jobs/b/job.json', bytesOf('b')).then(() => 'written'),
        store.commitOnce('.gridmr/jobs/b/plan.json', bytesOf('b')),
        store.rename('input/a.txt', 'input/b.txt').then(() => 'renamed'),
      ]);
      await delay(500);
      await rename(away(), fixture.root);
      const [status, names, holds, missing, ...written] = await all;
      expect([status?.bytes ?? 1, names.length, holds, missing]).to.deep.equal([1, 1, true, 'not_found']);
      expect(written).to.deep.equal(['written', true, 'renamed']);
    });

    it('knows an empty directory in its place for what it is: a mount point without its mount', async () => {
      const store = await openFsStore(fixture.root, { patienceMs: 100 });
      await store.read('.gridmr/jobs/a/job.json', 10);
      await rename(fixture.root, away());
      await mkdir(fixture.root);
      for (const operation of [
        () => store.stat('input/a.txt'),
        () => store.write('.gridmr/jobs/b', bytesOf('b')),
        () => store.checkWritable(),
      ]) {
        expect((await storageErrorOf(operation)).message).to.match(
          /the data directory is gone; check that it is mounted/,
        );
      }
      expect(await everythingIn(fixture.root)).to.deep.equal([]);
      await rmdir(fixture.root);
      await rename(away(), fixture.root);
      expect(await readText(store, 'input/a.txt')).to.equal('a');
    });
  });
});

describe('a store on a disk that is full', function () {
  this.timeout(30_000);
  let directory: TemporaryDirectory;
  const sizeBytes = 1024 * 1024;

  before(async function () {
    directory = await TemporaryDirectory.create('full');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'gridmr-test', directory.path], {
        stdio: 'pipe',
      });
    } catch {
      process.stderr.write('      skipped: only root may mount a disk of its own\n');
      this.skip();
    }
  });
  after(async () => {
    try {
      execFileSync('umount', [directory.path], { stdio: 'pipe' });
    } catch {
      // It was not mounted.
    }
    await directory[Symbol.asyncDispose]();
  });

  it('says so, leaves no half file, and writes on when there is room', async () => {
    const filler = directory.resolve('filler');
    const store = await openFsStore(directory.path, { mayBlock: true, patienceMs: 300 });
    await writeFile(filler, new Uint8Array(sizeBytes)).catch(() => undefined);
    const half = new Uint8Array(sizeBytes / 2);
    for (const operation of [
      () => store.write('d/big', half),
      () => store.commitOnce('d/small', bytesOf('x'.repeat(5000))),
      () => store.checkWritable(),
    ]) {
      expect((await storageErrorOf(operation)).message).to.match(/the storage is full; free some space/);
    }
    expect((await everythingIn(directory.path)).filter(name => name !== 'd')).to.deep.equal(['filler']);

    const patient = await openFsStore(directory.path);
    const written = Promise.all([patient.write('d/big', half), patient.commitOnce('d/small', bytesOf('x'))]);
    await delay(300);
    await writeFile(filler, '');
    await written;
    expect((await everythingIn(directory.path)).sort()).to.deep.equal(['d', 'd/big', 'd/small', 'filler']);
    expect((await store.read('d/big', sizeBytes)).length).to.equal(half.length);
  });
});
