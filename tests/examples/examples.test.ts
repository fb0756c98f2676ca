/** Every example, by `gridmr run` and by a server, against what plain JavaScript makes of the same files. */
import { cp, readdir } from 'node:fs/promises';
import { TestProcess } from '@gridmr/testkit';
import { expect } from 'chai';
import { gridmr } from '../command-line/gridmr-process.js';
import { RunningStack } from '../end-to-end/running-stack.js';
import { sortedRecords, stillCentres, weightiestWords } from './driven-expectations.js';
import { examples } from './expectations.js';
import { inputDirectory, repository } from './inputs.js';

const linesOf = (text: string) => text.trimEnd().split('\n');

describe('the examples', function () {
  this.timeout(300_000);
  let stack: RunningStack;

  before(async () => {
    stack = await RunningStack.start({ workers: 2 });
    for (const name of ['books', 'examples']) {
      await cp(`${inputDirectory}${name}`, stack.directory.resolve(name), { recursive: true });
    }
  });
  after(() => stack?.[Symbol.asyncDispose]());

  it('are all here', async () => {
    const names = (await readdir(`${repository}examples`)).filter(name => name.endsWith('.mjs'));
    const files = examples.map(({ name }) => `${name}.mjs`);
    expect(names).to.have.members([...files, 'make-inputs.mjs', 'runners.mjs']);
  });

  for (const { name, expected, counters } of examples) {
    it(`${name}: gives what it should, on this machine and by a server, byte for byte the same`, async () => {
      const jobFile = `${repository}examples/${name}.mjs`;
      const local = await gridmr(['run', jobFile, '-q', '--data-dir', inputDirectory]);
      expect(local.stderr).to.equal('');
      expect(local.code).to.equal(0);
      expect(linesOf(local.stdout).sort()).to.deep.equal((await expected()).sort());
      const submitted = await gridmr(['submit', jobFile, '--follow', '-q', '--url', stack.url]);
      expect(submitted.code, submitted.stderr).to.equal(0);
      expect(submitted.stdout).to.equal(local.stdout);
      if (counters === undefined) return;
      const newest = (await stack.client.listJobs({ limit: 1 })).items[0];
      expect(newest?.counters.user).to.deep.equal(await counters());
    });
  }

  const drivers = {
    'k-means': async (output: string) => {
      const [found, expected] = [JSON.parse(output) as number[][], await stillCentres()];
      expect(found.length).to.equal(3);
      for (const [i, centre] of found.entries()) {
        for (const axis of [0, 1]) expect(centre[axis]).to.be.closeTo(expected[i]?.[axis] ?? Number.NaN, 1e-5);
      }
    },
    'tf-idf': async (output: string) => expect(linesOf(output)).to.deep.equal(await weightiestWords()),
    'distributed-sort': async (output: string) => expect(linesOf(output)).to.deep.equal(await sortedRecords()),
  };
  for (const [name, judge] of Object.entries(drivers)) {
    for (const where of ['this machine', 'a server']) {
      it(`${name}: its driver gives what it should by ${where}`, async () => {
        const before = await readdir(stack.directory.path);
        const to = where === 'a server' ? ['--url', stack.url] : ['--data-dir', stack.directory.path];
        const driver = TestProcess.spawn(process.execPath, {
          args: [`${repository}examples/${name}/drive.mjs`, ...to],
          cwd: stack.directory.path,
        });
        expect(await driver.exited, driver.stderr).to.deep.equal({ code: 0, signal: null });
        await judge(driver.stdout);
        expect(await readdir(stack.directory.path)).to.include.members(before);
      });
    }
  }
});
