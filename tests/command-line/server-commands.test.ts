/** The commands that ask a server, against a whole stack. */
import { cp, readdir, readFile } from 'node:fs/promises';
import { childProcesses, freePort, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { booksDirectory, RunningStack } from '../end-to-end/running-stack.js';
import { type CommandEnd, gridmr, startGridmr } from './gridmr-process.js';
import { endlessFile, failingTypeScript, slowFile, talkingFile, wordCountFile } from './job-files.js';

const book = 'pg-metamorphosis.txt';

describe('gridmr against a server', function () {
  this.timeout(300_000);
  let stack: RunningStack;
  let files: TemporaryDirectory;

  before(async () => {
    stack = await RunningStack.start({ workers: 2 });
    files = await TemporaryDirectory.create('cli');
    await cp(`${booksDirectory}${book}`, stack.directory.resolve(book));
    await files.write('words.mjs', wordCountFile);
    await files.write('bad.mts', failingTypeScript);
    await files.write('slow.mjs', slowFile);
    await files.write('endless.mjs', endlessFile);
    await stack.directory.write('lines.txt', '{"key":"a"}\n{"key":\n');
    await stack.directory.write('many.txt', 'a line\n'.repeat(2000));
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await files?.[Symbol.asyncDispose]();
  });

  const ask = (...args: string[]): Promise<CommandEnd> =>
    gridmr(args, { cwd: files.path, env: { GRIDMR_URL: stack.url } });

  it('submits, watches, lists and prints, and gives what gridmr run gives, byte for byte', async () => {
    const submitted = await ask('submit', 'words.mjs', '--input', book, '--name', 'from a shell');
    expect(submitted).to.deep.include({ code: 0, stderr: '' });
    const id = submitted.stdout.trim();
    expect(id).to.match(/^j[0-9a-z]{22}$/);
    const watched = await ask('watch', id);
    expect(watched).to.deep.include({ code: 0, stdout: '' });
    expect(watched.stderr)
      .to.match(/map 3\/3 {2}reduce 2\/2 {2}completed/)
      .and.to.contain('output output/');
    const results = await ask('results', 'last');
    expect(results).to.deep.include({ code: 0, stderr: '' });
    const local = await gridmr(['run', 'words.mjs', '-i', `${booksDirectory}${book}`, '-q'], { cwd: files.path });
    expect(local.stdout).to.equal(results.stdout);
    const listed = await ask('list');
    expect(listed.stdout).to.match(new RegExp(`^${id} +from a shell +completed +100% 100%`, 'm'));
    const status = await ask('status', id);
    expect(status.stdout)
      .to.match(/^status +completed$/m)
      .and.to.match(/^map_input_records +[\d,]+$/m);
  });

  it('follows a job to its results', async () => {
    const { code, stdout, stderr } = await ask('submit', 'words.mjs', '-i', book, '-r', '1', '--follow');
    expect(code).to.equal(0);
    expect(stderr)
      .to.match(/^job j[0-9a-z]{22}$/m)
      .and.to.contain('completed in');
    expect(stdout).to.match(/^the\t\d+$/m);
  });

  it('speaks JSON everywhere', async () => {
    const followed = await ask('submit', 'words.mjs', '-i', book, '--follow', '--json');
    expect(followed).to.include({ code: 0, stderr: '' });
    const records = followed.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(records[0]).to.have.property('links');
    expect(records.at(-1)).to.include({ status: 'completed', job_id: records[0].job_id });
    const lines = async (...args: string[]) =>
      (await ask(...args, '--json')).stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line));
    expect((await lines('status', 'last'))[0]).to.have.nested.property('counters.map_input_records');
    expect((await lines('list', '--limit', '2')).map(job => job.status)).to.deep.equal(['completed', 'completed']);
    expect(await lines('workers')).to.have.length(2);
    expect((await lines('results', 'last', '--limit', '3'))[2]).to.have.keys('key', 'value');
    expect((await lines('watch', 'last')).at(-1)).to.include({ status: 'completed' });
  });

  it('saves results of this format or that, whole', async () => {
    const { code } = await ask('results', 'last', '--order', 'key', '--format', 'csv', '-o', 'counts.csv');
    expect(code).to.equal(0);
    const keys = (await readFile(files.resolve('counts.csv'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => line.split(',')[0]?.replaceAll('"', ''));
    expect(keys).to.deep.equal([...keys].sort());
    expect((await readdir(files.path)).filter(name => name.includes('partial'))).to.deep.equal([]);
  });

  it('shows the probable cause of a failed job: the line of the file, marked, and the record beside it', async () => {
    const { code, stderr, stdout } = await ask('submit', 'bad.mts', '-i', 'lines.txt', '--follow');
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(stderr)
      .to.match(/^bad\.mts:6:\d+: SyntaxError/m)
      .and.to.match(/^> 6 \|/m);
    expect(stderr)
      .to.match(/record: \{"key":$/m)
      .and.to.match(/input: +lines\.txt, byte 12$/m);
    const status = await ask('status', 'last');
    expect(status.code).to.equal(0);
    expect(status.stdout).to.match(/^> 6 \|/m);
  });

  it('skips bad records if it is told to, here and by a server, and lists them', async () => {
    const skip = ['bad.mts', '--on-record-error', 'skip'];
    const local = await gridmr(['run', ...skip, '-i', stack.directory.resolve('lines.txt')], { cwd: files.path });
    expect(local).to.include({ code: 0, stdout: 'a\t1\n' });
    expect(local.stderr).to.contain('1 bad records were skipped');
    const submitted = await ask('submit', ...skip, '-i', 'lines.txt', '--follow', '-q');
    expect(submitted).to.include({ code: 0, stdout: 'a\t1\n' });
    const { stdout } = await ask('dead-letters', 'last');
    expect(stdout).to.match(/^lines\.txt, byte 12: SyntaxError: .* at 6:\d+: \{"key":$/m);
  });

  it('lets a failed job go on with a corrected program, prints what it logged, and removes it', async () => {
    const failing = 'export function map(line, ctx) { ctx.log("saw " + line.length); missing(); }\n';
    await files.write('broken.mjs', failing);
    await files.write('mended.mjs', failing.replace('missing()', 'ctx.emit("lines", 1)'));
    expect((await ask('submit', 'broken.mjs', '-i', 'lines.txt', '--follow', '-q')).code).to.equal(1);
    expect((await ask('logs', 'last')).stdout).to.match(/^m-00000 \(attempt 1 failed\): saw 11$/m);
    const retried = await ask('retry', 'last', 'mended.mjs', '--follow', '-q');
    expect(retried).to.include({ code: 0, stdout: 'lines\t1\nlines\t1\n' });
    expect((await ask('logs', 'last')).stdout).to.match(/^m-00000: saw 7$/m);
    expect((await ask('retry', 'last')).code).to.equal(6);
    const id = JSON.parse((await ask('status', 'last', '--json')).stdout).job_id;
    expect(await ask('delete', 'last')).to.include({ code: 0, stdout: `${id} is deleted\n` });
    expect((await ask('status', id)).code).to.equal(3);
  });

  it('follows what a job logs, line by line as attempts commit, and to its end', async () => {
    await files.write('talks.mjs', talkingFile);
    await stack.directory.write('two.txt', '00000000000000000000000\nlong as the other line\n');
    const options = ['-i', 'two.txt', '--split-size-mb', String(24 / 1024 / 1024)];
    const { stdout: id } = await ask('submit', 'talks.mjs', ...options, '--no-speculative');
    const command = startGridmr(['logs', id.trim(), '--follow'], { cwd: files.path, env: { GRIDMR_URL: stack.url } });
    await command.waitForOutput(/^m-00000: saw 23\n/);
    expect((await stack.client.status(id.trim())).status).to.equal('running');
    await stack.client.cancel(id.trim());
    expect(await command.exited).to.deep.equal({ code: 0, signal: null });
    expect(command.stdout).to.equal('m-00000: saw 23\n');
    expect((await ask('logs', id.trim(), '--follow')).stdout).to.equal('m-00000: saw 23\n');
  });

  it('stops watching on Ctrl-C, and the job goes on until it is cancelled', async () => {
    const before = await childProcesses();
    const command = startGridmr(['submit', 'slow.mjs', '-i', 'many.txt', '--follow'], {
      cwd: files.path,
      env: { GRIDMR_URL: stack.url },
    });
    await command.waitForOutput(/running|map [1-9]/);
    command.child.kill('SIGINT');
    expect(await command.exited).to.deep.equal({ code: 130, signal: null });
    expect(command.stderr).to.contain('goes on; gridmr watch');
    expect((await childProcesses()).filter(pid => !before.includes(pid))).to.deep.equal([]);
    expect((await stack.client.listJobs({ limit: 1 })).items[0]?.status).to.be.oneOf(['queued', 'running']);
    expect(await ask('cancel', 'last', '--wait')).to.deep.include({ code: 0, stderr: '' });
    const watched = await ask('watch', 'last');
    expect(watched.code).to.equal(7);
    expect((await ask('cancel', 'last')).code).to.equal(0);
  });

  it('ends with codes that scripts can tell apart', async () => {
    const unknown = 'j0000000000000000000000';
    expect((await ask('status', unknown)).code).to.equal(3);
    expect((await ask('status', 'nonsense')).code).to.equal(2);
    expect((await ask('submit', 'words.mjs', '-i', 'absent')).code).to.equal(3);
    expect((await ask('submit', 'words.mjs')).code).to.equal(2);
    expect((await ask('results', 'last')).code).to.equal(6);
    const away = `http://127.0.0.1:${await freePort()}`;
    const unreachable = await ask('list', '--url', away);
    expect(unreachable.code).to.equal(5);
    expect(unreachable.stderr).to.contain('npm start');
    const asJson = await ask('list', '--url', away, '--json');
    expect(JSON.parse(asJson.stderr).error).to.include({ code: 'unreachable', exit_code: 5 });
    expect((await ask('list', '--url', 'nonsense')).code).to.equal(2);
  });
});
