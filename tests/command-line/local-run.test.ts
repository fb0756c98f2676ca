/** `gridmr run`: jobs on this machine, without a server. */
import { cp, readdir, readFile } from 'node:fs/promises';
import { childProcesses, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { booksDirectory } from '../end-to-end/running-stack.js';
import { gridmr, startGridmr } from './gridmr-process.js';
import { endlessFile, failingTypeScript, slowFile, wordCountFile } from './job-files.js';

const book = 'pg-metamorphosis.txt';

/** Counted without any MapReduce. */
function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.split(/[^A-Za-z]+/)) if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

describe('gridmr run', function () {
  this.timeout(240_000);
  let directory: TemporaryDirectory;
  let text: string;

  before(async () => {
    directory = await TemporaryDirectory.create('cli');
    await cp(`${booksDirectory}${book}`, directory.resolve(book));
    text = await readFile(directory.resolve(book), 'utf8');
    await directory.write('words.mjs', wordCountFile);
  });
  after(() => directory?.[Symbol.asyncDispose]());

  it('writes the parts, the manifest and _SUCCESS, and nothing else anywhere', async () => {
    const args = ['run', 'words.mjs', '--input', book, '--output', 'made/words'];
    const { code, stderr, stdout } = await gridmr(args, { cwd: directory.path });
    expect(stderr).to.match(/^map 0\/3 {2}reduce 0\/2 {2}map$/m);
    expect(stderr).to.match(/completed in .* 1 file, 139 KB/);
    expect(code).to.equal(0);
    expect(stdout).to.equal('');
    const made = directory.resolve('made/words');
    expect((await readdir(made)).sort()).to.deep.equal(['_SUCCESS', '_manifest.json', 'part-r-00000', 'part-r-00001']);
    expect(await readdir(directory.resolve('made'))).to.deep.equal(['words']);
    const lines = (await Promise.all([0, 1].map(i => readFile(`${made}/part-r-0000${i}`, 'utf8')))).join('');
    const expected = [...countWords(text)].map(([word, count]) => `${word}\t${count}`);
    expect(lines.trimEnd().split('\n').sort()).to.deep.equal(expected.sort());
  });

  it('refuses an output that is there, unless it may replace it', async () => {
    const args = ['run', 'words.mjs', '-i', book, '-o', 'made/again', '-q'];
    expect(await gridmr(args, { cwd: directory.path })).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    const second = await gridmr(args, { cwd: directory.path });
    expect(second.code).to.equal(6);
    expect(second.stderr).to.contain('made/again is not empty').and.to.contain('--overwrite');
    expect((await gridmr([...args, '--overwrite', '-r', '1'], { cwd: directory.path })).code).to.equal(0);
    expect(await readdir(directory.resolve('made/again'))).to.have.members([
      '_SUCCESS',
      '_manifest.json',
      'part-r-00000',
    ]);
    await directory.write('made/mine/notes.txt', 'mine');
    const foreign = [...args.slice(0, 5), 'made/mine', '--overwrite'];
    expect((await gridmr(foreign, { cwd: directory.path })).code).to.equal(6);
    expect(await readdir(directory.resolve('made/mine'))).to.deep.equal(['notes.txt']);
  });

  it('prints results into a pipe when there is no output, with nothing between them', async () => {
    const { code, stdout } = await gridmr(['run', 'words.mjs', '-i', book, '-r', '1'], { cwd: directory.path });
    expect(code).to.equal(0);
    expect(stdout.trimEnd().split('\n')).to.have.length(countWords(text).size);
  });

  it('says which size of split has work for all threads, where the input was too few splits for them', async () => {
    const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    await directory.write('long-lines.txt', line.repeat(12));
    await directory.write('nothing.mjs', 'export function map() {}\n');
    const args = ['run', 'nothing.mjs', '-i', 'long-lines.txt', '--workers', '3'];
    const first = await gridmr(args, { cwd: directory.path });
    expect(first.stderr).to.match(/^the input has work for 1 of 3 threads; for all of them: --split-size-mb 4$/m);
    const second = await gridmr([...args, '--split-size-mb', '4'], { cwd: directory.path });
    expect(second.stderr)
      .to.match(/^map 3\/3/m)
      .and.not.to.contain('threads');
  });

  it('runs on the first records only', async () => {
    const args = ['run', 'words.mjs', '-i', book, '-s', '100', '-q'];
    const { stdout } = await gridmr(args, { cwd: directory.path });
    const sample = text.split('\n').slice(0, 100).join('\n');
    const expected = [...countWords(sample)].map(([word, count]) => `${word}\t${count}`);
    expect(stdout.trimEnd().split('\n').sort()).to.deep.equal(expected.sort());
  });

  it('says what a run came to as JSON', async () => {
    const args = ['run', 'words.mjs', '-i', book, '-o', 'made/json', '--json'];
    const { code, stdout, stderr } = await gridmr(args, { cwd: directory.path });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).to.nested.include({ status: 'completed', 'output.parts': 2, 'input.files': 1 });
    expect(record.output.path).to.equal(directory.resolve('made/json'));
    expect(record.counters.map_input_records).to.equal(text.split('\n').length - 1);
  });

  it('shows where a program throws: file, line and column, the way there, the record, in TypeScript too', async () => {
    await directory.write('bad.mts', failingTypeScript);
    await directory.write('lines.txt', '{"key":"a"}\n{"key":\n');
    const { code, stderr, stdout } = await gridmr(['run', 'bad.mts', '-i', 'lines.txt', '-o', 'made/bad'], {
      cwd: directory.path,
    });
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(stderr).to.match(/^bad\.mts:6:\d+: SyntaxError: .*\(user_code_error\)$/m);
    expect(stderr).to.match(/^> 6 \| {3}const text = JSON\.parse\(line\) as \{ key: string \};$/m);
    expect(stderr).to.match(/^ +at keyOf \(bad\.mts:6:\d+\)$/m);
    expect(stderr).to.match(/^ +at map \(bad\.mts:3:\d+\)$/m);
    expect(stderr).to.match(/record: \{"key":$/m);
    expect(stderr).to.match(/input: +lines\.txt, byte 12$/m);
    expect(await readdir(directory.resolve('made'))).not.to.include('bad');
  });

  it('names what is wrong with a job file before anything runs', async () => {
    await directory.write('broken.mjs', 'export function map(line) {\n  return [[line, 1]\n}\n');
    await directory.write(
      'wrong.mjs',
      'export const job = { num_reducers: -1, colour: 1 };\nexport function map() {}\n',
    );
    const run = (...args: string[]) => gridmr(['run', ...args], { cwd: directory.path });
    const broken = await run('broken.mjs', '-i', book);
    expect(broken.code).to.equal(2);
    expect(broken.stderr).to.contain('program, line 3, column 1');
    const wrong = await run('wrong.mjs', '-i', book);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('num_reducers').and.to.contain('colour');
    expect((await run('absent.mjs', '-i', book)).code).to.equal(3);
    expect((await run('words.mjs', '-i', 'absent.txt')).code).to.equal(3);
    expect((await run('words.mjs')).stderr).to.contain('--input');
    const json = await run('words.mjs', '--json', '--colour');
    expect(json.code).to.equal(2);
  });

  for (const output of [['-o', 'interrupted/out'], []]) {
    it(`leaves no process and no half output after Ctrl-C (${output.length > 0 ? 'into a directory' : 'printed'})`, async () => {
      await directory.write('slow.mjs', slowFile);
      await directory.write('many.txt', 'a line\n'.repeat(2000));
      const temporary = await TemporaryDirectory.create('cli-tmp');
      const before = await childProcesses();
      const command = startGridmr(['run', 'slow.mjs', '-i', 'many.txt', ...output], {
        cwd: directory.path,
        env: { TMPDIR: temporary.path },
      });
      await command.waitForOutput(/^map [1-9]\d*\//m);
      command.child.kill('SIGINT');
      expect(await command.exited).to.deep.equal({ code: 130, signal: null });
      expect(command.stdout).to.equal('');
      expect(await childProcesses()).to.deep.equal(before);
      expect(await readdir(temporary.path)).to.deep.equal([]);
      if (output.length > 0) expect(await readdir(directory.resolve('interrupted'))).to.deep.equal([]);
      await temporary[Symbol.asyncDispose]();
    });
  }

  it('says that an object store is no directory of this machine', async () => {
    const end = await gridmr(['run', 'words.mjs', '-i', book], {
      cwd: directory.path,
      env: { GRIDMR_DATA_DIR: 's3://bucket' },
    });
    expect(end.code).to.equal(2);
    expect(end.stderr).to.contain('works on files of this machine, and the data directory is s3://bucket');
    expect(end.stderr).to.contain('--data-dir');
  });

  it('runs again on each save with --watch, also while a program does not end, until Ctrl-C', async () => {
    const path = await directory.write('watched/job.mjs', 'export function map(line) { return [["first", 1]]; }\n');
    const command = startGridmr(['run', 'job.mjs', '-i', `../${book}`, '-w', '-s', '2', '-q'], {
      cwd: directory.resolve('watched'),
    });
    const watching = () => command.stderr.match(/watching/g)?.length ?? 0;
    await waitUntil('the first run', () => watching() === 1);
    expect(command.stdout).to.equal('first\t1\nfirst\t1\n');
    await directory.write('watched/job.mjs', 'export function map(line) { nothing(); }\n');
    await waitUntil('the failure', () => watching() === 2);
    expect(command.stderr).to.contain("job.mjs:1:29: ReferenceError: 'nothing' is not defined");
    await directory.write('watched/job.mjs', endlessFile);
    await waitUntil('the endless run', () => readFile(path, 'utf8').then(source => source === endlessFile));
    await directory.write('watched/job.mjs', 'export function map(line) { return [["last", 1]]; }\n');
    await waitUntil('the last run', () => command.stdout.endsWith('last\t1\nlast\t1\n'));
    command.child.kill('SIGINT');
    expect((await command.exited).code).to.equal(130);
  });

  it('ends quietly when nobody reads on, as behind head', async () => {
    const command = startGridmr(['generate', 'text', '--size', '1GB'], { cwd: directory.path });
    await waitUntil('some output', () => command.stdout.length > 0);
    command.child.stdout?.destroy();
    expect(await command.exited).to.deep.equal({ code: 0, signal: null });
    expect(command.stderr).to.equal('');
  });
});
