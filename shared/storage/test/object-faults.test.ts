/** A store in a bucket whose server fails: what passes, it waits for; what does not, it says in plain words. And what only stores in buckets have to do. */
import { objectStoreLimits } from '@gridmr/contracts';
import { openStore } from '@gridmr/storage';
import { randomFor, StallMeter, type StoreFaults, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { copyFirst, copyObject } from '../dist/s3/copy-object.js';
import { moveObjects } from '../dist/s3/move-directory.js';
import type { ObjectCalls, ObjectHead } from '../dist/s3/object-calls.js';
import { ObjectError } from '../dist/s3/object-errors.js';
import { ObjectNames } from '../dist/s3/object-names.js';
import { openCalls } from '../dist/s3/open-calls.js';
import { OwnServer, objectFixture } from './object-fixture.js';
import {
  bytesOf,
  collect,
  pathsOf,
  readText,
  type StoreFixture,
  storageErrorOf,
  testDeadlineMs,
} from './store-fixture.js';

const own = new OwnServer();
const mebibyte = 1024 * 1024;

function prefixOf({ address }: StoreFixture): string {
  return address.slice('s3://bucket/'.length, address.indexOf('?'));
}

describe('a store in a bucket', function () {
  this.timeout(testDeadlineMs);
  let fixture: StoreFixture;
  const store = () => fixture.store;
  const failing = (faults: StoreFaults) => own.server.fail(faults);

  beforeEach(async () => {
    fixture = await objectFixture(await own.address(), { mayBlock: true });
  });
  afterEach(async () => {
    await failing({});
    await fixture[Symbol.asyncDispose]();
  });
  after(() => own.stop());

  /** Large enough for two parts, and different everywhere. */
  const bigBytes = () => {
    const bytes = new Uint8Array(objectStoreLimits.partBytes + 300_000);
    const random = randomFor('big objects').bytes(100_003);
    for (let at = 0; at < bytes.length; at += random.length) bytes.set(random.subarray(0, bytes.length - at), at);
    return bytes;
  };

  async function write(path: string, bytes: Uint8Array): Promise<void> {
    await using writer = await store().createWriter(path);
    for (let at = 0; at < bytes.length; at += 1_000_000) writer.writeSync(bytes.subarray(at, at + 1_000_000));
    await writer.commit();
  }

  function readAll(reader: { readSync(target: Uint8Array, position: number): number; bytes: number }): Uint8Array {
    const target = new Uint8Array(reader.bytes);
    for (let at = 0; at < target.length; ) at += reader.readSync(target.subarray(at, at + 100_000), at);
    return target;
  }

  describe('that is slow (503), or whose connections break', () => {
    const kinds = ['slow_down', 'refused', 'answer_lost', 'cut'] as const;
    for (const kind of kinds) {
      it(`does all that it is asked, and once: ${kind}`, async () => {
        const bytes = bigBytes();
        await failing({ every: 3, kind });
        await write('.gridmr/big', bytes);
        using reader = await store().openReader('.gridmr/big');
        expect(Buffer.compare(readAll(reader), bytes)).to.equal(0);
        for (let i = 0; i < 6; i++) {
          expect(await store().commitOnce(`.gridmr/c/${i}`, bytesOf(`${i}`))).to.equal(true);
          expect(await store().commitOnce(`.gridmr/c/${i}`, bytesOf('late'))).to.equal(false);
        }
        expect(await pathsOf(store().list('.gridmr/c'))).to.have.length(6);
        await store().rename('.gridmr/c/0', '.gridmr/d');
        expect(await store().renameFirst('.gridmr/c/1', '.gridmr/e')).to.equal(true);
        expect(await store().moveDirectory('.gridmr/c', '.gridmr/f')).to.equal(true);
        await store().remove('.gridmr/f');
        await failing({});
        const left = ['.gridmr/.c.moved', '.gridmr/big', '.gridmr/d', '.gridmr/e'];
        expect(await fixture.everything()).to.deep.equal(left);
      });
    }
  });

  it('knows a commit of its own whose answers were lost, and one of another', async () => {
    const patient = await openStore(fixture.address, { patienceMs: 5000 });
    await failing({ every: 1, methods: ['PUT'], kind: 'answer_lost' });
    const mine = patient.commitOnce('.gridmr/a', bytesOf('same'));
    await waitUntil('the first try', async () => (await patient.stat('.gridmr/a')) !== undefined);
    await failing({});
    expect(await mine).to.equal(true);
    expect(await store().commitOnce('.gridmr/a', bytesOf('same'))).to.equal(false);
  });

  it('gives up after its patience, and says why', async () => {
    await store().write('d/f', bytesOf('old'));
    const impatient = await openStore(fixture.address, { patienceMs: 300 });
    await failing({ every: 1, kind: 'slow_down' });
    using clock = new StallMeter();
    for (const operation of [
      () => impatient.read('d/f', 10),
      () => impatient.write('.gridmr/f', bytesOf('new')),
      () => impatient.commitOnce('.gridmr/g', bytesOf('new')),
      () => pathsOf(impatient.list('d')),
      () => impatient.checkWritable(),
    ]) {
      const error = await storageErrorOf(operation);
      expect(error.code).to.equal('io_error');
      expect(error.message).to.match(/the object store does not answer as it should \(SlowDown 503\)/);
    }
    expect(clock.passedMs).to.be.at.least(1200);
    expect(clock.ranMs).to.be.below(25_000);
  });

  it('says that there is no server, and no bucket', async () => {
    const nowhere = 's3://bucket?endpoint=http%3A%2F%2F127.0.0.1%3A1&path_style=true';
    const refused = await storageErrorOf(() => openStore(nowhere, { patienceMs: 200 }));
    expect(refused.message).to.match(/^the data directory could not be read: .*ECONNREFUSED/);
    const other = (await own.address()).replace('s3://bucket', 's3://other');
    for (const mayBlock of [true, false]) {
      const error = await storageErrorOf(() => openStore(other, { patienceMs: 200, mayBlock }));
      expect(error.message).to.match(/the bucket does not exist; check GRIDMR_DATA_DIR/);
    }
  });

  it('removes the parts of what is discarded, however far it had come', async () => {
    const writer = await store().createWriter('.gridmr/a');
    writer.writeSync(bigBytes());
    expect(await fixture.everything()).to.deep.equal(['.gridmr/a (begun)']);
    await writer.discard();
    expect(await fixture.everything()).to.deep.equal([]);
  });

  it('removes the parts of what cannot be committed', async () => {
    const impatient = await openStore(fixture.address, { patienceMs: 0, mayBlock: true });
    const writer = await impatient.createWriter('.gridmr/a');
    writer.writeSync(bigBytes());
    await failing({ every: 1, methods: ['POST'], kind: 'slow_down' });
    expect((await storageErrorOf(() => writer.commit())).code).to.equal('io_error');
    await failing({});
    expect(await fixture.everything()).to.deep.equal([]);
  });

  it('removes what writers that were killed had begun in a directory, with it', async () => {
    const left = await store().createWriter('.gridmr/jobs/j/map/00000/m-00001.a1');
    left.writeSync(bigBytes());
    await store().write('.gridmr/jobs/j/map/00000/m-00002.a1', bytesOf('x'));
    await store().dropDirectory('.gridmr/jobs/j/map');
    await store().remove('.gridmr/jobs/j');
    expect(await fixture.everything()).to.deep.equal([]);
  });

  it('does not read on in another content: a reader and a stream fail when the file is replaced', async () => {
    const bytes = bigBytes();
    await write('.gridmr/a', bytes);
    using reader = await store().openReader('.gridmr/a');
    const stream = store().readStream('.gridmr/a')[Symbol.asyncIterator]();
    await stream.next();
    reader.readSync(new Uint8Array(10), 0);
    await store().write('.gridmr/a', bytes.subarray(0, bytes.length - 1));
    const atEnd = () => reader.readSync(new Uint8Array(10), bytes.length - 20);
    expect((await storageErrorOf(atEnd)).message).to.match(/was changed while it was read/);
    const rest = async () => {
      while (!(await stream.next()).done);
    };
    expect((await storageErrorOf(rest)).message).to.match(/replaced or removed it meanwhile/);
  });

  it('reads anywhere in a big file, in any order, what many readers read at once', async () => {
    const bytes = bigBytes();
    await write('.gridmr/a', bytes);
    const random = randomFor('reads anywhere');
    const readers = await Promise.all(Array.from({ length: 70 }, () => store().openReader('.gridmr/a')));
    const target = new Uint8Array(50_000);
    for (let i = 0; i < 200; i++) {
      const at = random.int(0, bytes.length - 1);
      const length = readers[random.int(0, readers.length - 1)]?.readSync(target, at) ?? 0;
      const isSame = Buffer.compare(target.subarray(0, length), bytes.subarray(at, at + 50_000)) === 0;
      expect(isSame, `at ${at}`).to.equal(true);
    }
    for (const reader of readers) reader[Symbol.dispose]();
  });

  it('takes no list of the platform’s own files to list those of users', async () => {
    for (let i = 0; i < 20; i++) await store().write(`.gridmr/jobs/j/${i}`, bytesOf('x'));
    for (const path of ['.hidden', 'a/.h/x', 'a/b', 'z']) await store().write(path, bytesOf('x'));
    const page = await store().page({ prefix: '', limit: 1, enters: () => true });
    expect(page.files.map(({ path }) => path)).to.deep.equal(['a/b']);
    expect(page.next).to.equal('a/b');
    expect(await pathsOf(store().list(''))).to.deep.equal(['a/b', 'z']);
  });

  it('passes over keys that others made and no path has', async () => {
    const calls = await openCalls(fixture.address, 1000);
    for (const key of ['d/', 'd//x', 'd/../x', 'd/ok']) {
      await calls.put({ key: `${prefixOf(fixture)}/${key}`, bytes: bytesOf('x'), token: 'token' });
    }
    expect(await pathsOf(store().list(''))).to.deep.equal(['d/ok']);
    expect(await store().names('d')).to.deep.equal(['ok']);
  });

  it('refuses every way out of its prefix, and names that no file system takes', async () => {
    const out = ['../x', 'a/../../x', '..', '/etc/passwd', 'nul\0name'];
    const operations: ((path: string) => Promise<unknown>)[] = [
      path => store().stat(path),
      path => pathsOf(store().list(path)),
      path => store().read(path, 10),
      path => store().openReader(path),
      path => collect(store().readStream(path)),
      path => store().openDownload(path),
      path => store().createWriter(path),
      path => store().createUpload(path),
      path => store().write(path, bytesOf('bad')),
      path => store().commitOnce(path, bytesOf('bad')),
      path => store().rename(path, 'stolen'),
      path => store().rename('inside', path),
      path => store().renameFirst('inside', path),
      path => store().moveDirectory('.gridmr/d', path),
      path => store().remove(path),
      path => store().removeFile(path),
      path => store().page({ prefix: `${path}/`, limit: 10, enters: () => true }),
      path => pathsOf(store().glob(`${path}/*`)),
      path => store().realName(path),
    ];
    await store().write('inside', bytesOf('inside'));
    for (const path of out) {
      for (const operation of operations) {
        expect((await storageErrorOf(() => operation(path))).code, `${path}: ${operation}`).to.equal('outside');
      }
    }
    for (const path of ['x'.repeat(256), `${'d/'.repeat(500)}${'x'.repeat(100)}`]) {
      expect((await storageErrorOf(() => store().write(path, bytesOf('x')))).message).to.match(/too long/);
      expect(await store().stat(path)).to.equal(undefined);
    }
    expect(await fixture.everything()).to.deep.equal(['inside']);
    expect(await readText(store(), 'inside')).to.equal('inside');
  });

  it('copies in parts what is too big for one request, replacing what is there or not', async () => {
    const bytes = new Uint8Array(11 * mebibyte).map((_, i) => i >> 12);
    await write('.gridmr/a', bytes);
    const calls = await openCalls(fixture.address, 1000);
    const key = (path: string) => `${prefixOf(fixture)}/${path}`;
    const head = (await calls.head(key('.gridmr/a'))) as ObjectHead;
    const copy = (to: string) => ({ from: key('.gridmr/a'), head, to: key(to), partBytes: 5 * mebibyte });
    for (let i = 0; i < 2; i++) await copyObject(calls, copy('.gridmr/b'));
    const first = [await copyFirst(calls, copy('.gridmr/c')), await copyFirst(calls, copy('.gridmr/c'))];
    expect(first).to.deep.equal([true, false]);
    for (const path of ['.gridmr/b', '.gridmr/c']) {
      expect(Buffer.compare(await store().read(path, bytes.length), bytes), path).to.equal(0);
    }
    expect(await fixture.everything()).to.deep.equal(['.gridmr/a', '.gridmr/b', '.gridmr/c']);
  });

  it('removes the parts of a copy that failed when no more of them are on their way', async () => {
    await write('.gridmr/a', new Uint8Array(11 * mebibyte));
    const calls = await openCalls(fixture.address, 1000);
    const from = `${prefixOf(fixture)}/.gridmr/a`;
    const head = (await calls.head(from)) as ObjectHead;
    const order: string[] = [];
    const failing: ObjectCalls = {
      ...calls,
      copyPart: async part => {
        if (part.number === 1) throw new ObjectError('other', 'Planted', 'the first part fails at once');
        const etag = await calls.copyPart(part);
        order.push('copied');
        return etag;
      },
      abortParts: async upload => {
        order.push('removed');
        return calls.abortParts(upload);
      },
    };
    const copy = copyObject(failing, { from, head, to: `${from}2`, partBytes: 5 * mebibyte });
    expect(await copy.catch(error => error.code)).to.equal('Planted');
    expect(order).to.deep.equal(['copied', 'copied', 'removed']);
  });

  it('tells whoever moves a directory of a file that cannot be moved, however long the listing takes', async () => {
    const calls = await openCalls(fixture.address, 1000);
    for (const name of ['1', '2']) await store().write(`.gridmr/from/${name}`, bytesOf(name));
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    const slow = {
      read: (path: string, most: number) => store().read(path, most),
      commitOnce: (path: string, bytes: Uint8Array) => store().commitOnce(path, bytes),
      write: (path: string, bytes: Uint8Array) => store().write(path, bytes),
      holdsFiles: (path: string) => store().holdsFiles(path),
      remove: (path: string) => store().remove(path),
      async *listPaths(path: string) {
        for await (const each of store().listPaths(path)) {
          yield each;
          // By then a failure that nobody looks at has been called unhandled, which would end a worker.
          await new Promise(setImmediate);
        }
      },
    };
    const head = () => Promise.reject(new ObjectError('other', 'Planted', 'no file can be looked at'));
    const names = new ObjectNames(`${prefixOf(fixture)}/`);
    const moving = { store: slow, calls: { ...calls, head }, names };
    process.on('unhandledRejection', listen);
    const error = await storageErrorOf(() => moveObjects(moving, '.gridmr/from', '.gridmr/to'));
    process.off('unhandledRejection', listen);
    expect(unhandled).to.deep.equal([]);
    expect(error.message).to.equal('.gridmr/from/1 could not be renamed: the object store refused (Planted)');
  });
});
