/** The images, without an engine: what their file must keep in step with, and the very tree that they hold, started. */
import { execFile } from 'node:child_process';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TemporaryDirectory, TestProcess, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { SeparateProcesses } from '../nfs/separate-processes.js';
import { readCompose } from './compose-file.js';
import { readText, root } from './repository-files.js';

const run = promisify(execFile);
const assembleMs = 300_000;

describe('infra/images/Dockerfile', () => {
  it('copies the package.json of every workspace before it installs', async () => {
    const text = await readText('infra/images/Dockerfile');
    const groups = await Promise.all(
      ['apps', 'shared'].map(async group => (await readdir(join(root, group))).map(name => `${group}/${name}`)),
    );
    for (const path of [...groups.flat(), 'tests']) expect(text).to.include(`COPY ${path}/package.json ${path}/\n`);
    expect(text.indexOf('RUN npm ci')).to.be.greaterThan(text.lastIndexOf('/package.json '));
  });

  it('needs no feature of BuildKit, and runs nothing as root', async () => {
    const text = await readText('infra/images/Dockerfile');
    expect(text).to.not.match(/# syntax=|--mount=|--parents/);
    expect(text.slice(text.indexOf('AS runtime'))).to.match(/^USER 1000:1000$/m);
    expect(text.slice(text.indexOf('USER 1000:1000'))).to.not.match(/^USER (?!1000)/m);
  });
});

describe('what the images hold', function () {
  this.timeout(assembleMs);
  let tree: TemporaryDirectory;
  let stack: SeparateProcesses;

  before(async function () {
    if (process.env.GRIDMR_TEST_IMAGES !== '1') {
      process.stderr.write(
        'What the images hold is not started: GRIDMR_TEST_IMAGES=1 npm test -- tests/infra does, in a minute.\n',
      );
      this.skip();
    }
    tree = await TemporaryDirectory.create('images');
    await run('bash', [join(root, 'infra/images/assemble-production.sh'), tree.resolve('gridmr')], {
      maxBuffer: 1 << 24,
    });
    await tree.write('files/in.txt', 'b\na\nb\n');
    const files = tree.resolve('files');
    const env = { NODE_ENV: 'production', GRIDMR_ALIVE_FILE: tree.resolve('alive') };
    stack = await SeparateProcesses.start({
      root: tree.resolve('gridmr'),
      apiDirectory: files,
      workerDirectories: [files],
      env,
    });
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await tree?.[Symbol.asyncDispose]();
  });

  it('has no package for development', async () => {
    const names = await readdir(tree.resolve('gridmr/node_modules'));
    for (const name of ['mocha', 'vite', 'turbo', '@biomejs', 'playwright-core']) expect(names).to.not.include(name);
  });

  it('runs a job, with the optimised engine, and serves the dashboard', async () => {
    const { job_id } = await stack.client.submit({
      name: 'three lines',
      input_file: 'in.txt',
      map_function: 'line => [[line, 1]]',
      reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
    });
    expect((await stack.client.waitFor(job_id)).status).to.equal('completed');
    const lines: string[] = [];
    for await (const line of stack.client.results(job_id)) lines.push(line);
    expect(lines).to.deep.equal(['a\t1', 'b\t2']);
    expect((await fetch(`${stack.url}/`)).status).to.equal(200);
    expect(await readdir(tree.resolve('gridmr/shared/sandbox/engine'))).to.include('quickjs-optimised.wasm');
  });
});

describe('the health check of a worker', function () {
  this.timeout(60_000);

  it('is content with a worker that runs, and not with one that stands still', async () => {
    await using directory = await TemporaryDirectory.create('health');
    const alive = directory.resolve('alive');
    await using stack = await SeparateProcesses.start({
      apiDirectory: directory.path,
      workerDirectories: [directory.path],
      env: { GRIDMR_ALIVE_FILE: alive },
    });
    const { services } = await readCompose(['compose.yaml']);
    const [, command = '', ...args] = services.worker?.healthcheck?.test ?? [];
    const check = async () => {
      await using asked = TestProcess.spawn(command, { args, env: { GRIDMR_ALIVE_FILE: alive } });
      return (await asked.exited).code;
    };
    await waitUntil('a healthy worker', async () => (await check()) === 0);
    const [worker] = stack.workers;
    worker?.child.kill('SIGSTOP');
    try {
      // As if it had stood still for a while.
      const longAgo = Date.now() / 1000 - 60;
      await utimes(alive, longAgo, longAgo);
      expect(await check()).to.equal(1);
    } finally {
      worker?.child.kill('SIGCONT');
    }
  });

  it('of the API asks what it serves', async () => {
    await using directory = await TemporaryDirectory.create('health');
    await using stack = await SeparateProcesses.start({ apiDirectory: directory.path, workerDirectories: [] });
    const { services } = await readCompose(['compose.yaml']);
    const [, command = '', flag = '', code = ''] = services.api?.healthcheck?.test ?? [];
    const check = async (url: string) => {
      await using asked = TestProcess.spawn(command, { args: [flag, code.replace('http://127.0.0.1:8000', url)] });
      return (await asked.exited).code;
    };
    expect(await check(stack.url)).to.equal(0);
    expect(await check('http://127.0.0.1:9')).to.equal(1);
  });
});
