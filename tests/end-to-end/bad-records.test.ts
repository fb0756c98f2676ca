/** Jobs that skip bad records, through the whole stack, against the naive oracle. */
import { readdir } from 'node:fs/promises';
import { type DeadLetter, type Job, type JobRequest, jobFiles } from '@gridmr/contracts';
import { encodeKey, hashKey, type Key, partitionOf } from '@gridmr/engine';
import { needsRunningMachine, type OracleFile, runOracle, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { linesOf, RunningStack } from './running-stack.js';
import { type StartedStack, startStack } from './started-stack.js';

const bytesPerMb = 1024 * 1024;
const skip = { on_record_error: 'skip' } as const;
const sum = '(key, values) => [key, values.reduce((a, b) => a + b, 0)]';

/** Some of its lines are bad in themselves, some only for `map`. */
const inputs: Record<'text' | 'jsonl' | 'csv', string> = {
  text: Array.from({ length: 400 }, (_, i) => `${i % 7 === 3 ? 'bad' : 'w'} ${i % 10}\n`).join(''),
  jsonl: Array.from({ length: 400 }, (_, i) =>
    i % 11 === 5 ? '{"w": \n\n' : `{"w":${i % 7 === 3 ? null : i % 10}}\n`,
  ).join(''),
  csv: `w,n\n${Array.from({ length: 400 }, (_, i) =>
    i % 11 === 5 ? `"${i}"x,1\n` : i % 13 === 2 ? `${i}\n` : `"${i % 7 === 3 ? 'bad\n' : 'w'}",${i % 10}\n`,
  ).join('')}`,
};

/** Emits and counts before it fails. */
const maps: Record<keyof typeof inputs, string> = {
  text: '(line, ctx) => { ctx.emit(line, 1); ctx.count("seen"); if (line.startsWith("bad")) throw new Error("no"); }',
  jsonl: 'function* ({ w }, ctx) { ctx.count("seen"); yield [String(w), 1]; yield [w.toFixed(1), 1]; }',
  csv: '({ w, n }) => [[n, 1], w === "w" ? [w, 1] : null]',
};

function keyHash(key: Key): number {
  const bytes = encodeKey(key);
  return hashKey(bytes, 0, bytes.length);
}

describe('a job that skips bad records', function () {
  this.timeout(180_000);
  let stack: RunningStack;
  before(async function () {
    needsRunningMachine(this);
    stack = await RunningStack.start({ workers: 2 });
  });
  after(() => stack?.[Symbol.asyncDispose]());

  async function lettersOf({ job_id }: Pick<Job, 'job_id'>, limit = 13): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for await (const letter of stack.client.allDeadLetters(job_id, { limit })) letters.push(letter);
    return letters;
  }

  const placesOf = (letters: readonly DeadLetter[]) => letters.map(({ path, offset }) => ({ path, offset }));

  for (const inputFormat of Object.keys(inputs) as (keyof typeof inputs)[]) {
    for (const [name, more] of Object.entries({
      'without a combiner': { reduce_function: '(key, values) => [key, values.toArray().length]' },
      'with a known combiner': { reduce_function: sum, combine_function: sum },
      'without a reduce': { num_reducers: 0 },
    })) {
      it(`gives the oracle’s output and lists each once: ${inputFormat}, ${name}`, async () => {
        const folder = `${inputFormat}-${name.replaceAll(' ', '-')}`;
        const files: OracleFile[] = ['a', 'b'].map(file => ({
          path: `${folder}/${file}`,
          bytes: new Uint8Array(Buffer.from(inputs[inputFormat])),
        }));
        for (const { path, bytes } of files) await stack.directory.write(path, bytes);
        const functions = { map_function: maps[inputFormat], ...more };
        const request: JobRequest = {
          name: folder,
          input_file: folder,
          input_format: inputFormat,
          num_reducers: 3,
          split_size_mb: 300 / bytesPerMb,
          ...skip,
          ...functions,
        };
        const job = await stack.run(request);
        expect(job.error).to.equal(null);
        const { num_reducers = 3, ...program } = functions as { num_reducers?: number; map_function: string };
        const oracle = await runOracle(
          {
            program: { form: 'functions', ...program },
            inputs: files,
            inputFormat,
            numReducers: num_reducers,
            skipsBadRecords: true,
          },
          (key, r) => partitionOf(keyHash(key as Key), r),
        );
        expect(linesOf(await stack.parts(job))).to.deep.equal(oracle.parts.flat());
        const letters = await lettersOf(job);
        expect(placesOf(letters)).to.deep.equal(oracle.skipped);
        expect(letters.length).to.be.greaterThan(50);
        expect(job.counters).to.include({
          skipped_records: letters.length,
          map_input_records: oracle.counters.map_input_records,
          failed_attempts: 0,
        });
        expect(job.counters.user).to.deep.equal(Object.fromEntries(oracle.userCounters));
        expect(job.tasks.map.total).to.be.greaterThan(10);
      });
    }
  }

  it('lists those of tiny tasks that share a message, in order', async () => {
    const lines = Array.from({ length: 800 }, (_, i) => `${i % 5 === 2 ? 'bad' : 'wxy'} ${1000 + i}\n`);
    await stack.directory.write('tiny.txt', lines.join(''));
    const job = await stack.run({
      name: 'tiny',
      input_file: 'tiny.txt',
      map_function: maps.text,
      reduce_function: sum,
      split_size_mb: 9 / bytesPerMb,
      ...skip,
    });
    expect(job.tasks.map.total).to.equal(800);
    expect(linesOf(await stack.parts(job))).to.have.lengthOf(640);
    const letters = await lettersOf(job, 50);
    expect(letters.map(({ record }) => `${record}\n`)).to.deep.equal(lines.filter(line => line.startsWith('bad')));
    expect(letters[7]?.task_id).to.equal(`${job.job_id}-m-00037`);
  });

  it('keeps its dead letters, and nothing else, when intermediates are gone', async () => {
    await stack.directory.write('kept.txt', 'bad 1\nw 2\nbad 3\n');
    const job = await stack.run({
      name: 'kept',
      input_file: 'kept.txt',
      map_function: maps.text,
      reduce_function: sum,
      ...skip,
    });
    await waitUntil('the clean-up', async () => !(await stack.ownFiles(job.job_id)).includes('plan.json'));
    expect(await stack.ownFiles(job.job_id)).to.deep.equal(['dead-letters', 'job.json', 'verdict.json']);
    const [first, ...rest] = await lettersOf(job);
    expect(first).to.deep.include({ task_id: `${job.job_id}-m-00000`, path: 'kept.txt', offset: 0, record: 'bad 1' });
    expect(first?.error).to.deep.include({
      code: 'user_code_error',
      message: 'Error: no',
      function: 'map_function',
      line: 1,
    });
    expect(rest.map(({ record }) => record)).to.deep.equal(['bad 3']);
  });

  it('skips records that hang or exhaust memory, in the same attempt', async () => {
    const lines = ['a', 'hang', 'b', 'fill', 'a', 'throw', 'b', 'hang', 'c'];
    await stack.directory.write('hostile.txt', `${lines.join('\n')}\n`);
    const map_function = `(line, ctx) => {
      ctx.emit(line, 1);
      if (line === 'hang') for (;;);
      if (line === 'fill') for (const held = [];;) held.push(new Array(1000).fill(line));
      if (line === 'throw') throw { get message() { throw 1; } };
    }`;
    const job = await stack.run({
      name: 'hostile',
      input_file: 'hostile.txt',
      map_function,
      reduce_function: sum,
      memory_limit: 32 * bytesPerMb,
      task_timeout: 60,
      ...skip,
    });
    expect(job.error).to.equal(null);
    expect(linesOf(await stack.parts(job))).to.deep.equal(['a\t2', 'b\t2', 'c\t1']);
    expect(job.counters.failed_attempts).to.equal(0);
    const letters = await lettersOf(job);
    expect(letters.map(({ record, error }) => [record, error.code])).to.deep.equal([
      ['hang', 'task_timeout'],
      ['fill', 'memory_limit'],
      ['throw', 'user_code_error'],
      ['hang', 'task_timeout'],
    ]);
  });

  it('fails where one attempt has more bad records than it may skip, with the last one’s place', async () => {
    await stack.directory.write('many.txt', 'bad 1\nbad 2\nbad 3\n');
    const request = { name: 'many', input_file: 'many.txt', map_function: maps.text, ...skip };
    const job = await stack.run({ ...request, max_skipped_records: 2 });
    expect(job.error).to.include({ code: 'user_code_error', input_path: 'many.txt', offset: 12, record: 'bad 3' });
    expect(job.error?.message).to.equal(
      'more records are bad than max_skipped_records allows (2); this one: Error: no',
    );
    expect((await stack.run({ ...request, max_skipped_records: 3 })).status).to.equal('completed');
  });

  for (const num_reducers of [0, 1]) {
    it(`fails where its attempts together skipped more, and still lists them: ${num_reducers} reducers`, async () => {
      await stack.directory.write('together.txt', 'bad 1\nbad 2\nbad 3\n');
      const job = await stack.run({
        name: 'together',
        input_file: 'together.txt',
        map_function: maps.text,
        reduce_function: sum,
        num_reducers,
        split_size_mb: 6 / bytesPerMb,
        max_skipped_records: 2,
        ...skip,
      });
      expect(job.error).to.include({ code: 'user_code_error' });
      expect(job.error?.message).to.match(/the job skipped 3 bad records, and max_skipped_records allows 2/);
      expect(placesOf(await lettersOf(job)).map(({ offset }) => offset)).to.deep.equal([0, 6, 12]);
    });
  }

  it('fails where reduce or combine fails: they have no records', async () => {
    await stack.directory.write('reduce.txt', 'w 1\n');
    const fails = '() => { throw new Error("no"); }';
    const request = { name: 'reduce', input_file: 'reduce.txt', map_function: maps.text, ...skip };
    const reduced = await stack.run({ ...request, reduce_function: fails });
    expect(reduced.error).to.include({ code: 'user_code_error', function: 'reduce_function' });
    const combined = await stack.run({ ...request, reduce_function: sum, combine_function: fails });
    expect(combined.error).to.include({ code: 'user_code_error', function: 'combine_function' });
  });
});

describe('a job that skips bad records and loses a worker', function () {
  this.timeout(120_000);
  let directory: TemporaryDirectory;
  let stack: StartedStack | undefined;
  before(async function () {
    needsRunningMachine(this);
    directory = await TemporaryDirectory.create('bad-records');
    stack = await startStack(directory, {
      GRIDMR_WORKERS: '2',
      GRIDMR_LOCK_SECONDS: '2',
      GRIDMR_STALLED_CHECK_SECONDS: '1',
    });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await directory?.[Symbol.asyncDispose]();
  });

  it('lists each once, of the attempt that counts', async () => {
    if (stack === undefined) throw new Error('the stack was not started');
    const { client } = stack;
    await directory.write('lines.txt', `${'bad\nw\n'.repeat(1500)}last\nbad\n`);
    const map_function = `(line, ctx) => {
      if (line === 'bad') throw new Error('no');
      while (line === 'last' && ctx.task.attempt === 1);
      ctx.emit(line, 1);
    }`;
    const request = { name: 'lost', input_file: 'lines.txt', map_function, reduce_function: sum, ...skip };
    const { job_id } = await client.submit({ ...request, max_skipped_records: 5000 });
    const [worker] = await waitUntil('a running attempt', async () => {
      const { items } = await client.tasks(job_id);
      const attempt = items[0]?.attempts.find(({ state }) => state === 'running');
      return attempt === undefined ? undefined : [attempt.worker_id];
    });
    process.kill(Number(worker?.split('-').at(-2)), 'SIGKILL');
    const job = await client.waitFor(job_id, { signal: AbortSignal.timeout(110_000) });
    expect(job.error).to.equal(null);
    expect(job.counters).to.include({ lost_attempts: 1, skipped_records: 1501, map_output_records: 1501 });
    const offsets: number[] = [];
    for await (const { offset } of client.allDeadLetters(job_id, { limit: 1000 })) offsets.push(offset);
    const wanted = [...Array.from({ length: 1500 }, (_, i) => i * 6), 1500 * 6 + 5];
    expect(offsets).to.deep.equal(wanted);
    const files = () => readdir(directory.resolve(jobFiles.deadLetters(job_id)));
    await waitUntil('the clean-up', async () => (await files()).join() === 'm-00000.jsonl');
  });
});
