import { readdir, realpath } from 'node:fs/promises';
import { TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { rootOfNamed, rootOfTyped } from '../dist/local/input-root.js';

describe('the root of the inputs of a local run', () => {
  let directory: TemporaryDirectory;
  let root: string;

  before(async () => {
    directory = await TemporaryDirectory.create('root');
    root = await realpath(directory.path);
    for (const path of ['data/books/a.txt', 'data/logs/x.log', 'other/b.txt']) await directory.write(path, 'x\n');
  });
  after(() => directory?.[Symbol.asyncDispose]());

  const typed = (...paths: string[]) =>
    rootOfTyped(
      paths.map(path => directory.resolve(path)),
      directory.resolve('data'),
    );

  it('is the data directory where that holds all of them, as on a server', async () => {
    expect(await typed('data/books', 'data/logs/*.log')).to.deep.equal({
      directory: `${root}/data`,
      inputs: ['books', 'logs/*.log'],
    });
    expect(await typed('data')).to.deep.equal({ directory: `${root}/data`, inputs: ['.'] });
  });

  it('is otherwise the deepest directory that holds all of them', async () => {
    expect(await typed('data/books/a.txt', 'other/b.txt')).to.deep.equal({
      directory: root,
      inputs: ['data/books/a.txt', 'other/b.txt'],
    });
    expect(await typed('other/*.txt')).to.deep.equal({ directory: root, inputs: ['other/*.txt'] });
    expect((await typed('other/b.txt')).inputs).to.deep.equal(['b.txt']);
  });

  it('understands /data/ as the data directory', async () => {
    const found = await rootOfTyped(['/data/books/a.txt'], directory.resolve('data'));
    expect(found).to.deep.equal({ directory: `${root}/data`, inputs: ['books/a.txt'] });
    const named = await rootOfNamed(['/data/books', 'logs'], directory.resolve('data'));
    expect(named.inputs).to.deep.equal(['books', 'logs']);
  });

  it('names an input that is not there', async () => {
    const failure = await typed('data/absent.txt').catch(error => error);
    expect(failure).to.include({ exitCode: 3 });
    const absent = directory.resolve('absent');
    expect(await rootOfNamed(['books'], absent).catch(error => error)).to.include({ exitCode: 3 });
    expect(await readdir(root)).not.to.include('absent');
  });
});
