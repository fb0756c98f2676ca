/** What a user sees of a job, from submission to the last byte, on each kind of private queue server. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { ApiError } from '@gridmr/client';
import { type JobRequest, jobFiles, jobSchema, manifestSchema, outputClaimsDirectory } from '@gridmr/contracts';
import {
  goodPrograms,
  jobRequestFor,
  makeText,
  needsRunningMachine,
  randomFor,
  StallMeter,
  waitUntil,
} from '@gridmr/testkit';
import { expect } from 'chai';
import { linesOf, RunningStack } from './running-stack.js';

const texts = Array.from({ length: 5 }, (_, i) => makeText(randomFor(`life ${i}`), 'words', 200));
/** Room for each of the files, and for no two of them: a map task each. */
const split_size_mb = Math.max(...texts.map(text => text.length)) / 1024 / 1024;

const lineLengths: JobRequest = {
  name: 'line lengths',
  input_file: 'input',
  split_size_mb,
  map_function: 'line => [[line.length, 1]]',
  reduce_function: '(length, ones) => [length, ones.reduce((a, b) => a + b, 0)]',
  num_reducers: 2,
};

for (const queueKind of ['native', 'embedded'] as const) {
  describe(`a job on the ${queueKind} queue server`, function () {
    this.timeout(60_000);
    let stack: RunningStack;
    before(async function () {
      if (queueKind === 'embedded') needsRunningMachine(this);
      stack = await RunningStack.start({ workers: 2, queueKind });
      for (const [i, text] of texts.entries()) await stack.directory.write(`input/${i}.txt`, text);
    });
    after(() => stack?.[Symbol.asyncDispose]());

    it('completes, and answers as the contract says', async () => {
      const job = await stack.run(lineLengths);
      jobSchema.parse(job);
      expect(job.status).to.equal('completed');
      expect(job.input).to.include({ files: 5 });
      expect(job.tasks.map).to.deep.equal({ total: 5, pending: 0, running: 0, completed: 5, failed: 0 });
      expect(job.progress).to.deep.equal({ map: 1, reduce: 1 });
      expect(job.counters).to.include({
        map_input_records: 1000,
        map_output_records: 1000,
        reduce_input_records: 1000,
      });
      expect(job.output?.parts).to.equal(2);
      const { items } = await stack.client.tasks(job.job_id);
      expect(items.map(task => task.state)).to.deep.equal(Array(7).fill('completed'));
      expect(items.every(task => task.attempts.some(attempt => attempt.state === 'committed'))).to.equal(true);
    });

    it('leaves parts, manifest and _SUCCESS in the output, and no intermediates', async () => {
      const job = await stack.run(lineLengths);
      const directory = stack.directory.resolve(job.spec.output_path);
      expect((await readdir(directory)).sort()).to.deep.equal([
        '_SUCCESS',
        '_manifest.json',
        'part-r-00000',
        'part-r-00001',
      ]);
      const manifest = manifestSchema.parse(JSON.parse(await readFile(`${directory}/_manifest.json`, 'utf8')));
      expect(manifest.records).to.equal(job.output?.records);
      await waitUntil(
        'the clean-up',
        async () => (await stack.ownFiles(job.job_id)).join() === 'job.json,verdict.json',
      );
    });

    it('streams results in partition order', async () => {
      const job = await stack.run(lineLengths);
      const streamed: string[] = [];
      for await (const line of stack.client.results(job.job_id)) streamed.push(line);
      expect(streamed).to.deep.equal(linesOf(await stack.parts(job)));
    });

    it('runs map-only, without inputs worth a split, and with more reducers than keys', async () => {
      await stack.directory.write('empty/nothing.txt', '');
      const grep = { name: 'grep', input_file: 'input', map_function: 'l => l ? [[l, null]] : []' };
      expect((await stack.run({ ...grep, split_size_mb })).output?.parts).to.equal(5);
      expect((await stack.run(grep)).output?.parts, 'small files share a task').to.equal(1);
      const empty = await stack.run({ ...lineLengths, input_file: 'empty', num_reducers: 3 });
      expect(empty.output).to.include({ parts: 3, records: 0, bytes: 0 });
      const emptyMapOnly = await stack.run({ name: 'none', input_file: 'empty', map_function: 'l => [[l, 1]]' });
      expect(emptyMapOnly.output).to.include({ parts: 0 });
      const wide = await stack.run({ ...lineLengths, num_reducers: 100 });
      expect(wide.output?.parts).to.equal(100);
    });

    it('fails with the line and column of the user, the input, the offset and the record', async () => {
      await stack.directory.write('bad/one.txt', 'fine\nbroken\nfine\n');
      const job = await stack.run({
        ...lineLengths,
        input_file: 'bad',
        map_function: "line => {\n  if (line === 'broken') throw new Error('no such luck');\n  return [[line, 1]];\n}",
      });
      expect(job.status).to.equal('failed');
      expect(job.error).to.include({
        code: 'user_code_error',
        function: 'map_function',
        line: 2,
        input_path: 'bad/one.txt',
        offset: 5,
        record: 'broken',
        attempt: 1,
      });
      expect(job.error?.message).to.contain('no such luck');
      const refused = await stack.client
        .results(job.job_id)
        [Symbol.asyncIterator]()
        .next()
        .catch(error => error);
      expect(refused).to.be.instanceOf(ApiError);
      expect(existsSync(stack.directory.resolve(job.spec.output_path))).to.equal(false);
    });

    it('ends a program that never ends, by its own time limit', async () => {
      const job = await stack.run({ ...lineLengths, map_function: 'line => { for (;;); }', task_timeout: 0.5 });
      expect(job.error).to.include({ code: 'task_timeout' });
    });

    it('ends a builtin that cannot be interrupted, from outside, and goes on working', async () => {
      const job = await stack.run({ ...lineLengths, map_function: "line => new Array(1e9) + ''", task_timeout: 0.3 });
      expect(job.error).to.include({ code: 'task_timeout' });
      expect((await stack.run(lineLengths)).status).to.equal('completed');
    });

    it('ends a program that eats memory, and goes on working', async () => {
      const hungry = 'line => { const all = []; for (;;) all.push(new Uint8Array(65536)); }';
      const job = await stack.run({ ...lineLengths, map_function: hungry, memory_limit: 32 * 1024 * 1024 });
      expect(job.error).to.include({ code: 'memory_limit' });
      expect((await stack.run(lineLengths)).status).to.equal('completed');
    });

    it('can be cancelled: running attempts stop within 2 s, and nothing of it stays', async () => {
      const { job_id } = await stack.client.submit({ ...lineLengths, map_function: 'line => { for (;;); }' });
      await waitUntil('a running attempt', async () => (await stack.client.status(job_id)).tasks.map.running > 0);
      using clock = new StallMeter();
      await stack.client.cancel(job_id);
      await stack.client.cancel(job_id);
      // The clean-up gives the output path back last of all, when no attempt is at work any more. The plan stays for a retry.
      const claims = stack.directory.resolve(outputClaimsDirectory);
      await waitUntil('the end of its attempts and files', async () => (await readdir(claims)).length === 0);
      const own = await readdir(stack.directory.resolve(jobFiles.directory(job_id)), { recursive: true });
      expect(own.filter(name => /\.a\d|\.tmp$/.test(name))).to.deep.equal([]);
      expect(clock.ranMs).to.be.lessThan(2_500);
      expect((await stack.run(lineLengths)).status).to.equal('completed');
    });

    it('refuses to write where another job writes', async () => {
      const slow = 'line => { const end = 1e4; for (let i = 0; i < end; i++); return [[line, 1]]; }';
      const request = { ...lineLengths, output_path: 'output/shared', input_file: 'input/0.txt' };
      const jobs = await Promise.all([
        stack.client.submit({ ...request, map_function: slow }),
        stack.client.submit({ ...request, map_function: slow }),
      ]);
      const ended = await Promise.all(jobs.map(({ job_id }) => stack.client.waitFor(job_id, {})));
      expect(ended.map(job => job.status).sort()).to.deep.equal(['completed', 'failed']);
      expect(ended.find(job => job.status === 'failed')?.error?.code).to.equal('output_exists');
      expect(await readdir(stack.directory.resolve('output/shared'))).to.include('_SUCCESS');
    });
  });
}

describe('the catalogued programs', function () {
  this.timeout(60_000);
  let stack: RunningStack;
  before(async function () {
    needsRunningMachine(this);
    stack = await RunningStack.start({ workers: 2 });
  });
  after(() => stack?.[Symbol.asyncDispose]());

  for (const program of goodPrograms) {
    it(`runs the catalogued program: ${program.name}`, async () => {
      const kind = program.input === 'any' ? 'words' : program.input;
      await stack.directory.write(`kinds/${kind}/a.txt`, makeText(randomFor(kind), kind, 50));
      const job = await stack.run(jobRequestFor(program, { input_file: `kinds/${kind}` }));
      expect(job.error).to.equal(null);
    });
  }
});
