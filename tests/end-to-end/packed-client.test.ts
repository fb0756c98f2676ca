/** `@gridmr/client` as somebody else gets it: packed, installed into an empty folder without any network, and used. */
import { cp, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { TemporaryDirectory, TestProcess } from '@gridmr/testkit';
import { expect } from 'chai';
import { booksDirectory, RunningStack } from './running-stack.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const book = 'pg-metamorphosis.txt';

const script = `
import { ApiError, GridmrClient } from '@gridmr/client';
const client = new GridmrClient({ baseUrl: process.argv[2] });
const { job_id } = await client.submit({
  name: 'packed',
  input_file: '${book}',
  map_function: '(line, ctx) => ctx.emit("lines", 1)',
  reduce_function: '(key, ones) => [key, ones.reduce((a, b) => a + b, 0)]',
});
let last;
for await (const { status } of client.watch(job_id)) last = status;
const lines = [];
for await (const line of client.results(job_id)) lines.push(line);
const refusal = await client.status('j0000000000000000000000').catch(error => error instanceof ApiError && error.code);
console.log(JSON.stringify({ last, lines, refusal }));
`;

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const process = TestProcess.spawn(command, { args, cwd });
  expect(await process.exited, process.stdout + process.stderr).to.deep.equal({ code: 0, signal: null });
  return process.stdout;
}

describe('the packed client', function () {
  this.timeout(240_000);

  it('is installed into an empty folder and runs a job', async () => {
    await using folder = await TemporaryDirectory.create('packed');
    await using stack = await RunningStack.start({ workers: 1 });
    await cp(`${booksDirectory}${book}`, stack.directory.resolve(book));
    const packages = ['shared/contracts', 'shared/client', 'node_modules/zod'].map(path => `${root}${path}`);
    for (const path of packages) await run('npm', ['pack', path, '--ignore-scripts'], folder.path);
    const archives = (await readdir(folder.path)).filter(name => name.endsWith('.tgz'));
    expect(archives).to.have.length(3);
    await folder.write('package.json', '{"type":"module"}');
    const install = ['install', '--offline', '--no-audit', '--no-fund', ...archives.map(name => `./${name}`)];
    await run('npm', install, folder.path);
    expect(await readdir(folder.resolve('node_modules/@gridmr'))).to.deep.equal(['client', 'contracts']);
    expect(await readdir(folder.resolve('node_modules/@gridmr/client'))).to.have.members([
      'README.md',
      'dist',
      'package.json',
    ]);
    await folder.write('use.mjs', script);
    const said = JSON.parse(await run(process.execPath, ['use.mjs', stack.url], folder.path));
    expect(said).to.deep.equal({ last: 'completed', lines: ['lines\t2362'], refusal: 'not_found' });
  });
});
