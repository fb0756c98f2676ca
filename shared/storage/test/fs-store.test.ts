/** The store in a directory: what every blob store does, its confinement, and what only it has. */
import { execFileSync } from 'node:child_process';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { openFsStore } from '@gridmr/storage';
import { expect } from 'chai';
import { linkFirst } from '../dist/commit-once.js';
import { blockingCalls } from '../dist/file-calls.js';
import { storageError } from '../dist/fs-errors.js';
import { Patience } from '../dist/patience.js';
import { describeBlobStore } from './blob-store-suite.js';
import { describeConfinement } from './confinement-suite.js';
import { describeDirectories } from './directory-suite.js';
import {
  blockingFixture,
  bytesOf,
  everythingIn,
  type FsFixture,
  linkedFixture,
  plainFixture,
  storageErrorOf,
  testDeadlineMs,
} from './fs-fixture.js';
import { describeLeaks } from './leak-suite.js';
import { describeLinks } from './link-suite.js';
import { describeRaces } from './race-suite.js';
import { describeTransfers } from './transfer-suite.js';

describeBlobStore('a plain directory', plainFixture);
describeBlobStore('a plain directory, for a thread of its own', blockingFixture);
describeConfinement('a plain directory, for a thread of its own', blockingFixture);
describeBlobStore('a directory reached through a link', linkedFixture);
describeTransfers('a plain directory', plainFixture);
describeTransfers('a directory reached through a link', linkedFixture);
describeLinks('a plain directory', plainFixture);
describeLinks('a directory reached through a link', linkedFixture);
describeLeaks('a plain directory', plainFixture);
describeLeaks('a plain directory, for a thread of its own', blockingFixture);
describeDirectories('a plain directory', plainFixture);
describeRaces('a plain directory', plainFixture);
describeRaces('a directory reached through a link', linkedFixture);
describeConfinement('a plain directory', plainFixture);
describeConfinement('a directory reached through a link', linkedFixture);

/** As Node reports it: without a name. */
const staleError = () => Object.assign(new Error('Unknown system error -116'), { errno: -constants.errno.ESTALE });

describe('a store in a directory', function () {
  this.timeout(testDeadlineMs);
  let fixture: FsFixture;

  beforeEach(async () => {
    fixture = await plainFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  it('creates its root, and refuses one below a file without telling its path', async () => {
    await openFsStore(join(fixture.elsewhere, 'new', 'root'));
    expect(await everythingIn(fixture.elsewhere)).to.deep.equal(['new', 'new/root']);
    await writeFile(join(fixture.elsewhere, 'file'), '');
    const error = await storageErrorOf(() => openFsStore(join(fixture.elsewhere, 'file', 'root')));
    expect(error.message).to.not.include(fixture.elsewhere);
  });

  it('does not take a data directory that is gone for an empty one when it writes', async () => {
    const impatient = await openFsStore(fixture.root, { patienceMs: 300 });
    await rename(fixture.root, `${fixture.root}-unmounted`);
    for (const operation of [() => impatient.write('f', bytesOf('x')), () => impatient.checkWritable()]) {
      const error = await storageErrorOf(operation);
      expect(error.message).to.match(/the data directory/);
    }
    expect(await everythingIn(fixture.elsewhere)).to.deep.equal([]);
  });

  it('does not wait at a named pipe', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [join(fixture.root, 'pipe')]);
    expect((await storageErrorOf(() => fixture.store.openReader('pipe'))).code).to.equal('not_a_file');
    expect((await storageErrorOf(() => fixture.store.read('pipe', 10))).code).to.equal('not_a_file');
    expect(await fixture.store.stat('pipe')).to.equal(undefined);
  });

  it('creates the directory again if it disappears while a commit is made', async () => {
    const commits = Array.from({ length: 40 }, (_, i) => fixture.store.commitOnce(`d/${i}`, bytesOf('x')));
    await rm(join(fixture.root, 'd'), { recursive: true, force: true, maxRetries: 10 });
    const outcomes = await Promise.allSettled(commits);
    expect(outcomes.filter(outcome => outcome.status === 'fulfilled' && !outcome.value)).to.deep.equal([]);
    expect(await fixture.store.commitOnce('d/last', bytesOf('x'))).to.equal(true);
  });

  describe('linkFirst', () => {
    const patience = new Patience({ ms: 0, mayBlock: true });

    it('wins when the link was made but its reply was lost', async () => {
      const [temporary, target] = [join(fixture.root, 'temporary'), join(fixture.root, 'target')];
      await writeFile(temporary, 'mine');
      await link(temporary, target);
      expect(await linkFirst(temporary, target, blockingCalls, patience)).to.equal(true);
    });

    it('loses against the file of another', async () => {
      const [temporary, target] = [join(fixture.root, 'temporary'), join(fixture.root, 'target')];
      await writeFile(temporary, 'mine');
      await writeFile(target, 'theirs');
      expect(await linkFirst(temporary, target, blockingCalls, patience)).to.equal(false);
    });
  });

  describe('a stale handle (ESTALE)', () => {
    it('is an io_error by its number, with advice', () => {
      const error = storageError(staleError(), 'input/a.txt', 'read');
      expect(error.code).to.equal('io_error');
      expect(error.message).to.match(/^input\/a\.txt could not be read: .*ESTALE.*try again$/);
      expect(error.cause).to.be.an('error');
    });
  });
});
