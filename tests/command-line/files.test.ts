/** `gridmr files`, against a whole stack. */
import { readdir, readFile } from 'node:fs/promises';
import { TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from '../end-to-end/running-stack.js';
import { gridmr } from './gridmr-process.js';

describe('gridmr files', function () {
  this.timeout(240_000);
  let stack: RunningStack;
  let here: TemporaryDirectory;

  before(async () => {
    stack = await RunningStack.start({ workers: 1 });
    here = await TemporaryDirectory.create('cli-files');
    await here.write('words.txt', 'one\ntwo\n'.repeat(100_000));
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await here?.[Symbol.asyncDispose]();
  });

  const files = (...args: string[]) => gridmr(['files', ...args], { cwd: here.path, env: { GRIDMR_URL: stack.url } });

  it('brings a file there and back', async () => {
    expect(await files('put', 'words.txt', 'input/')).to.include({ code: 0, stdout: 'input/words.txt: 800 KB\n' });
    expect(await readFile(stack.directory.resolve('input/words.txt'), 'utf8')).to.equal('one\ntwo\n'.repeat(100_000));
    expect((await files('put', 'words.txt', 'input/', '--only-new')).code).to.equal(6);
    expect(await files('get', 'input/words.txt', 'back.txt')).to.include({ code: 0, stdout: '' });
    expect(await readFile(here.resolve('back.txt'))).to.deep.equal(await readFile(here.resolve('words.txt')));
    expect((await files('get', 'input/words.txt')).stdout.length).to.equal(800_000);
    expect((await readdir(here.path)).sort()).to.deep.equal(['back.txt', 'words.txt']);
  });

  it('lists and removes files', async () => {
    const listed = await files('ls', 'input/', '--json');
    expect(
      listed.stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).path),
    ).to.deep.equal(['input/words.txt']);
    expect((await files('ls')).stdout).to.match(/^ *800 KB {2}\S+ {2}input\/words\.txt$/m);
    expect(await files('rm', 'input/words.txt')).to.include({ code: 0, stdout: 'input/words.txt is removed\n' });
    expect((await files('ls', 'input/')).stdout).to.equal('');
  });

  it('says what is not there', async () => {
    expect((await files('put', 'absent.txt')).code).to.equal(3);
    expect((await files('put', '-')).code).to.equal(2);
    expect((await files('get', 'absent.txt', 'x.txt')).code).to.equal(3);
    expect(await readdir(here.path)).not.to.include('x.txt');
  });
});
