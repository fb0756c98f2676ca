/** From the input that a job names to files. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jobLimits } from '@gridmr/contracts';
import { type BlobStat, type BlobStore, expandInputs, inputExists } from '@gridmr/storage';
import { expect } from 'chai';
import { bytesOf, type FsFixture, plainFixture, storageErrorOf, testDeadlineMs } from './fs-fixture.js';

describe('expandInputs', function () {
  this.timeout(testDeadlineMs);
  let fixture: FsFixture;

  beforeEach(async () => {
    fixture = await plainFixture();
    const paths = [
      'logs/b.txt',
      'logs/a.txt',
      'logs/old/c.txt',
      'logs/.hidden',
      'book.txt',
      'report[1].txt',
      'report1.txt',
    ];
    for (const path of paths) await fixture.store.write(path, bytesOf(path));
    await fixture.store.write('.gridmr/jobs/x/job.json', bytesOf('{}'));
    await mkdir(join(fixture.root, 'empty'));
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  const expand = async (...patterns: string[]) => (await expandInputs(fixture.store, patterns)).map(file => file.path);

  it('takes a path as one file, with its size', async () => {
    const [file] = await expandInputs(fixture.store, ['book.txt']);
    expect(file).to.include({ path: 'book.txt', bytes: 8 });
  });

  it('takes a directory as all files below it, in path order, hidden ones left out', async () => {
    expect(await expand('logs')).to.deep.equal(['logs/a.txt', 'logs/b.txt', 'logs/old/c.txt']);
    expect(await expand('logs/')).to.deep.equal(['logs/a.txt', 'logs/b.txt', 'logs/old/c.txt']);
  });

  it('takes the output of a job as its parts, and its manifest only where that is named', async () => {
    for (const name of ['part-r-00000', '_manifest.json', '_SUCCESS'])
      await fixture.store.write(`out/${name}`, bytesOf(name));
    expect(await expand('out')).to.deep.equal(['out/part-r-00000']);
    expect(await expand('out/_manifest.json')).to.deep.equal(['out/_manifest.json']);
  });

  it('takes a glob as what it matches', async () => {
    expect(await expand('logs/*.txt')).to.deep.equal(['logs/a.txt', 'logs/b.txt']);
  });

  it('keeps the order of the patterns, and counts a file once, where it is met first', async () => {
    expect(await expand('logs/old', 'book.txt', 'logs/**/*.txt', 'book.txt')).to.deep.equal([
      'logs/old/c.txt',
      'book.txt',
      'logs/a.txt',
      'logs/b.txt',
    ]);
  });

  it('takes a name that exists literally, though it looks like a glob', async () => {
    expect(await expand('report[1].txt')).to.deep.equal(['report[1].txt']);
    expect(await expand('report[12].txt')).to.deep.equal(['report1.txt']);
  });

  for (const pattern of ['none.txt', 'none/*.txt', 'empty', 'logs/*.csv', 'logs/b.txt/x']) {
    it(`names the pattern ${pattern}, which matches nothing`, async () => {
      const error = await storageErrorOf(() => expand('book.txt', pattern));
      expect(error.code).to.equal('not_found');
      expect(error.message).to.equal(`no input file matches ${pattern}`);
      expect(await inputExists(fixture.store, pattern)).to.equal(false);
    });
  }

  for (const pattern of ['../x', '/etc/passwd', '.gridmr', '.gridmr/jobs/*/job.json', './.gridmr/jobs']) {
    it(`refuses ${pattern}`, async () => {
      expect((await storageErrorOf(() => expand(pattern))).code).to.equal('outside');
      expect((await storageErrorOf(() => inputExists(fixture.store, pattern))).code).to.equal('outside');
    });
  }

  it('refuses more files than a job may have', async () => {
    const error = await storageErrorOf(() => expandInputs(endless(fixture.store), ['book.txt', 'logs']));
    expect(error.code).to.equal('too_many');
    expect(error.message).to.include(String(jobLimits.inputFilesMax));
  });

  describe('inputExists', () => {
    it('is true for a file, a directory with files and a glob that matches', async () => {
      for (const pattern of ['book.txt', 'logs', 'logs/**/*.txt', 'report[1].txt', '']) {
        expect(await inputExists(fixture.store, pattern), pattern).to.equal(true);
      }
    });

    it('stops at the first file of a directory, however many it has', async () => {
      expect(await inputExists(endless(fixture.store), 'logs')).to.equal(true);
    });
  });
});

/** The same store, but its directories have no end. */
function endless(store: BlobStore): BlobStore {
  async function* list(directory: string): AsyncGenerator<BlobStat> {
    for (let i = 0; ; i++) yield { path: `${directory}/${i}`, bytes: 1, modifiedMs: 0 };
  }
  return Object.assign(Object.create(store), { list, holdsFiles: async () => true });
}
