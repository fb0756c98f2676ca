/** `npm run demo`, as a newcomer runs it. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { childProcesses, TemporaryDirectory, TestProcess } from '@gridmr/testkit';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('npm run demo', function () {
  this.timeout(60_000);

  it('counts the words of a book, shows how, and leaves no process and no file', async () => {
    await using temporary = await TemporaryDirectory.create('demo');
    const before = await childProcesses();
    const demo = TestProcess.spawn('node', {
      args: ['dist/demo.js'],
      cwd: root,
      env: { TMPDIR: temporary.path },
    });
    const exit = await demo.exited;
    expect(demo.stderr).to.equal('');
    expect(exit).to.deep.equal({ code: 0, signal: null });
    expect(demo.stdout).to.match(/map .* 1[0-9]\/1[0-9] .*completed/);
    expect(demo.stdout).to.match(/^ {4}\d{4} {2}the$/m);
    expect(demo.stdout).to.contain('map_input_records');
    expect(demo.stdout).to.match(/0\.59 MB in [\d.]+ s, submit to completed: [\d.]+ MB\/s/);
    expect(await readdir(temporary.path)).to.deep.equal([]);
    expect(await childProcesses()).to.deep.equal(before);
  });
});
