/** Every input format through the whole stack against the naive oracle: cut, packed and compressed. */
import { gzipSync } from 'node:zlib';
import type { InputFormat, JobRequest } from '@gridmr/contracts';
import { type OracleFile, randomFor, runOracle } from '@gridmr/testkit';
import { expect } from 'chai';
import { linesOf, RunningStack } from './running-stack.js';

const random = randomFor('input formats');
const utf8 = (text: string) => new Uint8Array(Buffer.from(text));

function csv(rows: number): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => `${i},"${random.pick(['a', 'b\n"",c', ',', 'é\r\n😀'])}",${random.word()}`,
  );
  return `id,note,word\r\n${lines.join('\r\n')}\r\n`;
}

const jsonLines = (rows: number) =>
  Array.from({ length: rows }, (_, i) => `{"id":${i},"word":"${random.word()}"}\n`).join('');

interface Case {
  readonly format: InputFormat;
  /** As they are decompressed. */
  readonly files: readonly string[];
  readonly map: string;
  readonly split_size_mb?: number;
  readonly tasks: (count: number) => boolean;
}

const place = '[ctx.input.path.replace(".gz", ""), ctx.input.offset]';
const cases: Case[] = [
  {
    format: 'csv',
    files: [csv(500), csv(3)],
    map: `(row, ctx) => [[row.note, [row.id, row.word, ${place}]]]`,
    split_size_mb: 0.0005,
    tasks: count => count > 10,
  },
  {
    format: 'jsonl',
    files: Array.from({ length: 300 }, () => jsonLines(3)),
    map: `(row, ctx) => [[row.word, [row.id, ${place}]]]`,
    tasks: count => count === 1,
  },
  {
    format: 'whole_file',
    files: ['', 'é\n', 'x'],
    map: `({ path, text }, ctx) => [[text, ${place}]]`,
    tasks: count => count === 1,
  },
  {
    format: 'bytes',
    files: ['\0\xff', '😀'],
    map: `({ bytes }, ctx) => [[bytes.length, ${place}]]`,
    tasks: count => count === 1,
  },
];

describe('input formats in a whole job', function () {
  this.timeout(60_000);
  let stack: RunningStack;
  before(async () => {
    stack = await RunningStack.start({ workers: 2 });
  });
  after(() => stack?.[Symbol.asyncDispose]());

  for (const { format, files, map, split_size_mb, tasks } of cases) {
    for (const isCompressed of [false, true]) {
      it(`${format}${isCompressed ? ', compressed' : ''}`, async () => {
        const folder = `${format}-${isCompressed}`;
        const inputs: OracleFile[] = files.map((text, i) => ({ path: `${folder}/${1000 + i}`, bytes: utf8(text) }));
        for (const { path, bytes } of inputs) {
          await stack.directory.write(isCompressed ? `${path}.gz` : path, isCompressed ? gzipSync(bytes) : bytes);
        }
        const functions = { map_function: map, reduce_function: '(key, values) => [key, values.toArray()]' };
        const request: JobRequest = {
          name: folder,
          input_file: folder,
          input_format: format,
          num_reducers: 1,
          ...functions,
        };
        const job = await stack.run(split_size_mb === undefined ? request : { ...request, split_size_mb });
        expect(job.error).to.equal(null);
        const oracle = await runOracle({
          program: { form: 'functions', ...functions },
          inputs,
          inputFormat: format,
          numReducers: 1,
        });
        const lines = Array.from(oracle.parts[0] ?? []);
        expect(linesOf(await stack.parts(job))).to.deep.equal(lines);
        expect(job.counters.map_input_records).to.equal(oracle.counters.map_input_records);
        if (!isCompressed) expect(job.tasks.map.total).to.satisfy(tasks);
      });
    }
  }

  it('fails a job whose input is not what it says, naming the file', async () => {
    await stack.directory.write('bad/a.csv', 'a,b\n1,2\n3\n');
    await stack.directory.write('bad/b.csv.gz', gzipSync('a\n1\n').subarray(0, 20));
    const common = { name: 'bad', input_format: 'csv' as const, map_function: 'row => [[row.a, 1]]' };
    expect((await stack.run({ ...common, input_file: 'bad/a.csv' })).error).to.include({
      code: 'invalid_record',
      message: 'bad/a.csv: the record at byte 8 has 1 field, but the first line of the file names 2',
      offset: 8,
      record: '3',
    });
    const cut = await stack.run({ ...common, input_file: 'bad/b.csv.gz' });
    expect(cut.error).to.include({ code: 'invalid_input', input_path: 'bad/b.csv.gz', attempt: 1 });
    expect(cut.error?.message).to.match(/ends in the middle of its gzip data/);
  });
});
