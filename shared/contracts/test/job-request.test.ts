import { jobLimits, jobRequestSchema, jobSpecSchema, requestLimits, specFromRequest } from '@gridmr/contracts';
import { expect } from 'chai';

const request = { name: 'count', input_file: 'in.txt', map_function: 'line => []' };
const defaults = { jobId: 'j1', clientId: 'me', maxAttempts: 4, taskTimeoutSeconds: 600, memoryBytes: 2 ** 28 };

/** `path message` of each fault. */
function faults(body: unknown): string[] {
  const answer = jobRequestSchema.safeParse(body);
  return (answer.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`.trim());
}

const specOf = (body: object, hasReduce = true) =>
  specFromRequest(jobRequestSchema.parse({ ...request, ...body }), hasReduce, defaults);

describe('a job request', () => {
  it('needs a name, an input and a map function, and nothing else', () => {
    expect(faults(request)).to.deep.equal([]);
    expect(faults({}).join('\n'))
      .to.include('name is required')
      .and.include('input_file is required (or inputs)')
      .and.include('map_function is required (or program)');
  });

  it('refuses unknown fields by name', () => {
    expect(faults({ ...request, num_reducer: 3 }).join()).to.include('num_reducer');
    expect(
      faults(JSON.parse('{"__proto__": {}, "name": "x", "input_file": "y", "map_function": "z"}')).join(),
    ).to.include('__proto__');
  });

  for (const [field, synonym, value] of [
    ['name', 'job_name', 'x'],
    ['input_file', 'input_data_path', 'x'],
    ['output_path', 'output_data_path', 'x'],
    ['split_size_mb', 'split_size', 2],
  ] as const) {
    it(`takes ${synonym} for ${field}, but not both`, () => {
      const { [field as 'name']: _, ...rest } = { ...request, [field]: value };
      expect(faults({ ...rest, [synonym]: value })).to.deep.equal([]);
      expect(faults({ ...rest, [field]: value, [synonym]: value })).to.deep.equal([
        `${synonym} is another name of ${field}: give one of the two`,
      ]);
    });
  }

  it('takes one input or several, but not both', () => {
    const { input_file: _, ...rest } = request;
    expect(faults({ ...rest, inputs: ['a', 'b/*.txt'] })).to.deep.equal([]);
    expect(faults({ ...request, inputs: ['a'] })).to.deep.equal(['inputs cannot be given beside input_file']);
    expect(faults({ ...rest, inputs: [] })).to.have.length(1);
  });

  it('takes separate functions or a module, but not both', () => {
    const { map_function: _, ...rest } = request;
    const program = 'export const map = () => []';
    expect(faults({ ...rest, program })).to.deep.equal([]);
    expect(faults({ ...rest, program, reduce_function: 'x', partition_function: 'y' })).to.deep.equal([
      'reduce_function cannot be given beside program, which exports the functions',
      'partition_function cannot be given beside program, which exports the functions',
    ]);
  });

  it('refuses Python, and formats that it does not know, by name', () => {
    expect(faults({ ...request, language: 'python' }).join())
      .to.include('language')
      .and.include('"javascript"');
    for (const [field, value] of Object.entries({
      input_format: 'xml',
      output_format: 'parquet',
      output_compression: 'zstd',
    })) {
      expect(faults({ ...request, [field]: value }).join(), field).to.match(new RegExp(`^${field} .*expected one of`));
    }
  });

  it('accepts the input formats, and no others', () => {
    for (const input_format of ['text', 'jsonl', 'csv', 'whole_file', 'bytes']) {
      expect(faults({ ...request, input_format }), input_format).to.deep.equal([]);
    }
    expect(faults({ ...request, input_format: 'xml' }).join()).to.match(/^input_format .*"whole_file"/);
  });

  it('keeps its bounds', () => {
    for (const wrong of [
      { name: '' },
      { name: 'x'.repeat(requestLimits.nameLengthMax + 1) },
      { num_reducers: -1 },
      { num_reducers: 1.5 },
      { num_reducers: jobLimits.reducersMax + 1 },
      { split_size_mb: 0 },
      { split_size_mb: jobLimits.splitSizeMbMax + 1 },
      { max_attempts: 0 },
      { task_timeout: 0 },
      { memory_limit: -1 },
      { map_function: '' },
      { parameters: [] },
      { output_path: '../out' },
      { input_file: '/etc/passwd' },
    ]) {
      expect(faults({ ...request, ...wrong }), JSON.stringify(wrong).slice(0, 80)).to.have.length(1);
    }
  });
});

describe('on_record_error', () => {
  it('is fail or skip, with a bound of skipped records for the whole job', () => {
    expect(specOf({})).to.include({ on_record_error: 'fail', max_skipped_records: 1000 });
    const skips = { on_record_error: 'skip', max_skipped_records: 0 };
    expect(specOf(skips)).to.include(skips);
    expect(faults({ ...request, on_record_error: 'ignore' })).to.have.length(1);
    expect(faults({ ...request, max_skipped_records: -1 })).to.have.length(1);
    expect(faults({ ...request, max_skipped_records: jobLimits.skippedRecordsMax + 1 })).to.have.length(1);
  });

  it('of a job stored by an earlier version is read as it was', () => {
    const { max_skipped_records: _, ...stored } = specOf({});
    expect(jobSpecSchema.parse(stored).max_skipped_records).to.equal(1000);
  });
});

describe('specFromRequest', () => {
  it('fills in every default', () => {
    const spec = jobSpecSchema.parse(specOf({}));
    expect(spec).to.include({
      name: 'count',
      client_id: 'me',
      input_format: 'text',
      num_reducers: 1,
      split_size_mb: 32,
      output_path: 'output/j1',
      output_format: 'tsv',
      priority: 'normal',
      max_attempts: 4,
      task_timeout: 600,
      memory_limit: 2 ** 28,
      retry_user_errors: false,
      speculative: true,
    });
    expect(spec.inputs).to.deep.equal(['in.txt']);
    expect(spec.program).to.deep.equal({ form: 'functions', map_function: 'line => []' });
  });

  it('resolves synonyms and paths', () => {
    const parsed = jobRequestSchema.parse({
      job_name: 'n',
      input_data_path: '/data/a//b/',
      output_data_path: './out/x',
      split_size: 0.5,
      program: 'export const map = 1',
    });
    const spec = specFromRequest(parsed, false, defaults);
    expect(spec).to.include({ name: 'n', output_path: 'out/x', split_size_mb: 0.5 });
    expect(spec.inputs).to.deep.equal(['a/b']);
    expect(spec.program).to.deep.equal({ form: 'module', program: 'export const map = 1' });
  });

  it('is map-only without a reduce function, whatever the request says', () => {
    expect(specOf({ num_reducers: 5 }, false).num_reducers).to.equal(0);
    expect(specOf({ num_reducers: 0 }, true).num_reducers).to.equal(0);
    expect(specOf({ num_reducers: 5 }, true).num_reducers).to.equal(5);
  });
});
