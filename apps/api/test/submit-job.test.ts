import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type JobRequest, jobRequestSchema, problemSchema, requestLimits, submittedSchema } from '@gridmr/contracts';
import { expect } from 'chai';
import { withApi, wordCount } from './api-under-test.js';

const mib = 1024 * 1024;

describe('POST /api/v1/jobs', () => {
  const api = withApi();

  describe('with a job that is fine', () => {
    it('answers 202 with the id, the status, links, and the Location of the job', async () => {
      const answer = await api().submit(wordCount);
      expect(answer.status, JSON.stringify(answer.body)).to.equal(202);
      const { job_id, status, links } = submittedSchema.parse(answer.body);
      expect(status).to.equal('queued');
      expect(answer.headers.location).to.equal(`/api/v1/jobs/${job_id}`).and.to.equal(links.self);
      for (const link of [links.self, links.status, links.tasks])
        expect((await api().http.get(link)).status).to.equal(200);
    });

    it('stores the record, writes what was asked, and asks a worker to plan it', async () => {
      const id = await api().submitted();
      const asked = await api().jobStore.readAsked(id);
      expect(asked?.spec).to.include({
        name: 'word count',
        num_reducers: 1,
        output_path: `output/${id}`,
        max_attempts: 4,
      });
      expect(asked).to.deep.equal(await api().history.askedJob(id));
      expect(await api().isQueued(id)).to.equal(true);
      const messages = await api().queues.control.getJobs();
      expect(messages.map(({ name, data }) => ({ name, data }))).to.deep.equal([
        { name: 'plan', data: { job_id: id } },
      ]);
    });

    it('strips types from TypeScript before anything is stored', async () => {
      const map = '(line: string): [string, number][] => [[line, 1]]';
      const id = await api().submitted({ language: 'typescript', map_function: map });
      const program = (await api().jobStore.readAsked(id))?.spec.program;
      expect(JSON.stringify(program)).to.include('line').and.not.to.include('string');
    });

    it('understands a module, and makes one without reduce a map-only job', async () => {
      const { map_function: _map, reduce_function: _reduce, ...rest } = wordCount;
      const answer = await api().submit({
        ...rest,
        program: 'export const map = line => [[line, 1]];',
        num_reducers: 3,
      });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(202);
      expect((await api().jobStore.readAsked(answer.body.job_id))?.spec.num_reducers).to.equal(0);
    });

    it('understands the synonyms', async () => {
      const { name, input_file, ...functions } = wordCount;
      const synonyms = {
        job_name: name,
        input_data_path: `/data/${input_file}`,
        output_data_path: '/data/mine',
        split_size: 0.5,
      };
      const answer = await api().submit({ ...functions, ...synonyms, client_id: 'me' });
      const spec = (await api().jobStore.readAsked(answer.body.job_id))?.spec;
      expect(spec).to.deep.include({
        name,
        inputs: [input_file],
        output_path: 'mine',
        split_size_mb: 0.5,
        client_id: 'me',
      });
    });

    it('lets a job lower the limits of the settings', async () => {
      const lower = { max_attempts: 1, task_timeout: 5, memory_limit: 64 * mib };
      const id = await api().submitted(lower);
      expect((await api().jobStore.readAsked(id))?.spec).to.include(lower);
    });

    it('takes milliseconds, however many files the input has', async function () {
      this.timeout(30_000);
      const many = api().directory.resolve('many');
      mkdirSync(many);
      for (let i = 0; i < 2000; i++) writeFileSync(join(many, `${i}.txt`), 'x\n');
      await api().submitted();
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const before = process.cpuUsage();
        await api().submitted({ input_file: 'many' });
        const { user, system } = process.cpuUsage(before);
        times.push((user + system) / 1000);
      }
      // The least of them: a machine that is denied its processors charges for more than was done.
      expect(Math.min(...times)).to.be.lessThan(200);
    });
  });

  describe('refuses, and stores nothing:', () => {
    const refusals: [string, Partial<Record<keyof JobRequest, unknown>>, number, string, RegExp][] = [
      ['a job without a name', { name: undefined }, 400, 'invalid_request', /^name: is required$/],
      ['a job without a map function', { map_function: undefined }, 400, 'invalid_request', /^map_function: /],
      ['a job without an input', { input_file: undefined }, 400, 'invalid_request', /^input_file: is required/],
      ['a number out of bounds', { num_reducers: 10_001 }, 400, 'invalid_request', /^num_reducers: .*10000/],
      ['a synonym beside its field', { job_name: 'x' }, 400, 'invalid_request', /^job_name: is another name of name/],
      ['an unknown format', { input_format: 'parquet' }, 400, 'invalid_request', /^input_format: .*"text"/],
      [
        'more attempts than the settings allow',
        { max_attempts: 5 },
        400,
        'invalid_request',
        /^max_attempts: .*at most 4/,
      ],
      [
        'more time than the settings allow',
        { task_timeout: 601 },
        400,
        'invalid_request',
        /^task_timeout: .*at most 600 s/,
      ],
      [
        'more memory than the settings allow',
        { memory_limit: 257 * mib },
        400,
        'invalid_request',
        /^memory_limit: .*at most 268435456/,
      ],
      [
        'less memory than a sandbox needs',
        { memory_limit: 1 * mib },
        400,
        'invalid_request',
        /^memory_limit: .*at least/,
      ],
      ['a language that is none', { language: 'python' }, 400, 'language_not_supported', /"javascript"\|"typescript"/],
      [
        'Python',
        { map_function: 'def map(record):\n    yield record, 1' },
        400,
        'language_not_supported',
        /javascript/i,
      ],
      [
        'an input path that leaves the data directory',
        { input_file: '../etc/passwd' },
        400,
        'path_not_allowed',
        /^input_file: /,
      ],
      ['an absolute path', { output_path: '/etc' }, 400, 'path_not_allowed', /^output_path: the path is absolute/],
      ["the platform's own files", { input_file: '.gridmr/jobs' }, 400, 'path_not_allowed', /\.gridmr/],
      ['an input that is not there', { input_file: 'input/none.txt' }, 404, 'input_not_found', /input\/none\.txt/],
      ['a glob that matches nothing', { input_file: 'input/*.csv' }, 404, 'input_not_found', /input\/\*\.csv/],
      [
        'one missing input among others',
        { input_file: undefined, inputs: ['input/book.txt', 'gone'] },
        404,
        'input_not_found',
        /gone/,
      ],
      ['an output path that is taken', { output_path: 'input' }, 409, 'output_exists', /input/],
    ];

    for (const [what, change, status, code, detail] of refusals) {
      it(`${what}: ${status} ${code}`, async () => {
        const before = await api().traces();
        const answer = await api().submit({ ...wordCount, ...change });
        const problem = problemSchema.strict().parse(answer.body);
        expect(problem).to.include({ status, code });
        expect(problem.detail).to.match(detail);
        expect(answer.status).to.equal(status);
        expect(answer.headers['content-type']).to.match(/^application\/problem\+json/);
        expect(await api().traces())
          .to.deep.equal(before)
          .and.to.deep.equal([]);
      });
    }

    it('code that does not parse: 422 with the function, the line and the column', async () => {
      const answer = await api().submit({ ...wordCount, reduce_function: '(key, values) =>\n  [key, values..]' });
      expect(answer.status).to.equal(422);
      expect(answer.body).to.include({ code: 'program_does_not_parse', function: 'reduce_function', line: 2 });
      expect(answer.body.column).to.be.within(14, 18);
      expect(await api().traces()).to.deep.equal([]);
    });

    it('fields that do not exist, each by its name', async () => {
      const answer = await api().submit({ ...wordCount, reducers: 4, mapper: 'x' });
      expect(answer.status).to.equal(400);
      expect(answer.body.errors).to.deep.equal([
        { path: 'reducers', message: 'is not a known field' },
        { path: 'mapper', message: 'is not a known field' },
      ]);
    });

    it('more faults than are listed, in a bounded answer', async () => {
      const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${i}${'x'.repeat(100)}`, 1]));
      const answer = await api().submit({ ...wordCount, ...unknown, ['y'.repeat(100_000)]: 1 });
      expect(answer.body.errors).to.have.lengthOf(requestLimits.validationErrorsMax);
      expect(answer.text.length).to.be.lessThan(10_000);
    });

    it('an input below a symbolic link that leads out of the data directory: 400 path_not_allowed', async () => {
      await symlink('/etc', api().directory.resolve('way-out'));
      for (const change of [{ input_file: 'way-out/passwd' }, { output_path: 'way-out/new' }]) {
        const answer = await api().submit({ ...wordCount, ...change });
        expect(answer.body).to.include({ status: 400, code: 'path_not_allowed' });
        expect(answer.text).not.to.include(api().directory.path);
      }
      expect(await api().traces()).to.deep.equal([]);
    });
  });

  it('takes an output directory that is there and empty', async () => {
    await mkdir(api().directory.resolve('empty'));
    await api().submitted({ output_path: 'empty' });
  });

  it('accepts what its own schema accepts when every field is given', async () => {
    const body: JobRequest = {
      ...wordCount,
      client_id: 'me',
      input_format: 'text',
      language: 'javascript',
      num_reducers: 3,
      split_size_mb: 0.25,
      parameters: { deep: [{ a: null }] },
      output_path: 'out',
      output_format: 'jsonl',
      output_compression: 'none',
      priority: 'high',
      on_record_error: 'fail',
      max_skipped_records: 1000,
      retry_user_errors: true,
      speculative: false,
      max_attempts: 2,
      task_timeout: 0.5,
      memory_limit: 32 * mib,
    };
    expect(jobRequestSchema.safeParse(body).success).to.equal(true);
    expect((await api().submit(body)).status).to.equal(202);
  });
});
