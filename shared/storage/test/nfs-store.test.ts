/**
 * The store over NFS: mounts of one export by two machines, each with its own memory of names and attributes, its own delayed writes and silly renames
 * (a file system of the testkit's; see `NfsMounts`). The suite of every blob store runs on one mount, and once more with whatever changes something on
 * one mount and whatever looks on the other.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, openFsStore } from '@gridmr/storage';
import { forgetfulMemory, type NfsMemory, NfsMounts, recommendedMemory, whyNoNfsMounts } from '@gridmr/testkit';
import { expect } from 'chai';
import { describeBlobStore } from './blob-store-suite.js';
import {
  bytesOf,
  collect,
  type FsFixture,
  fixtureOver,
  readText,
  storageErrorOf,
  testDeadlineMs,
  textOf,
} from './fs-fixture.js';

const rounds = 40;

describe('a store over NFS', function () {
  this.timeout(testDeadlineMs);
  let mounts: NfsMounts;
  let made = 0;

  before(async function () {
    const reason = whyNoNfsMounts();
    if (reason !== undefined) {
      process.stderr.write(`Stores over NFS are not tested: ${reason}.\n`);
      this.skip();
    }
    mounts = await NfsMounts.start([recommendedMemory, recommendedMemory]);
  });
  after(() => mounts?.[Symbol.asyncDispose]());

  async function fixtureAt(open: (names: readonly [string, string]) => Promise<BlobStore>): Promise<FsFixture> {
    made++;
    const name = `fixture-${made}`;
    const [first = '', second = ''] = mounts.paths;
    const root = join(first, name, 'data');
    const elsewhere = join(first, name, 'elsewhere');
    for (const directory of [root, elsewhere]) await mkdir(directory, { recursive: true });
    return fixtureOver(await open([root, join(second, name, 'data')]), root, elsewhere);
  }

  describeBlobStore('one mount', () => fixtureAt(([root]) => openFsStore(root)));
  describeBlobStore('one mount, for a thread of its own,', () =>
    fixtureAt(([root]) => openFsStore(root, { mayBlock: true })),
  );

  for (const [name, memory] of Object.entries({
    recommended: recommendedMemory,
    'missing names remembered': forgetfulMemory,
  })) {
    describe(`two machines (${name})`, () => twoMachines(memory));
  }
});

function twoMachines(memory: NfsMemory): void {
  let mounts: NfsMounts;
  let here: BlobStore;
  let there: BlobStore;

  before(async () => {
    mounts = await NfsMounts.start([memory, memory]);
    const [first = '', second = ''] = mounts.paths;
    here = await openFsStore(first);
    there = await openFsStore(second);
  });
  after(() => mounts?.[Symbol.asyncDispose]());

  it('have one winner of each commit, and both see its content whole', async () => {
    for (let i = 0; i < rounds; i++) {
      const path = `race/${i}`;
      const won = await Promise.all([here, there].map((store, j) => store.commitOnce(path, bytesOf(`by ${j}`))));
      expect(won.filter(Boolean)).to.have.length(1);
      const text = `by ${won.indexOf(true)}`;
      for (const store of [here, there])
        expect(textOf(await store.read(path, 100, { isAwaited: true }))).to.equal(text);
    }
  });

  it('show each other what was committed, though it was looked for and missing a moment before', async () => {
    for (let i = 0; i < 3; i++) {
      const path = `news/${i}`;
      expect((await storageErrorOf(() => there.read(path, 100))).code).to.equal('not_found');
      const writer = await here.createWriter(path);
      writer.writeSync(bytesOf(`content ${i}`));
      await writer.commit();
      expect(textOf(await there.read(path, 100, { isAwaited: true }))).to.equal(`content ${i}`);
    }
  });

  it('read a file that grew by replacement whole, never cut to the size that was', async () => {
    for (let i = 1; i <= rounds; i++) {
      const text = 'x'.repeat(i * 1000);
      await here.write('growing', bytesOf(text));
      const read = await readText(there, 'growing').catch(error => error.code);
      // Stale is told as such or waited out; what is read is one content or the other, never a part.
      expect([text.length, text.length - 1000]).to.include(read.length);
    }
  });

  it('are told of a stale handle as a failure of storage, never given other bytes', async () => {
    await here.write('replaced', bytesOf('old'));
    using reader = await (await openFsStore(mounts.paths[1] ?? '', { mayBlock: true, patienceMs: 0 })).openReader(
      'replaced',
    );
    await here.remove('replaced');
    const error = await storageErrorOf(() => reader.readSync(new Uint8Array(3), 0));
    expect(error.message).to.match(/^replaced could not be read: /);
  });

  it('remove a tree under the other one that has a file of it open', async () => {
    await here.write('tree/a/file', bytesOf('open'));
    using _reader = await here.openReader('tree/a/file');
    await there.remove('tree');
    expect(await collect(there.listPaths('tree'))).to.deep.equal([]);
  });
}
