/** `POST /api/v1/jobs/preview`, on the real sandbox, in real threads. */
import { previewLimits, previewSchema } from '@gridmr/contracts';
import { expect } from 'chai';
import { withApi, wordCount } from './api-under-test.js';

const sum = '(key, values) => [key, values.reduce((a, b) => a + b, 0)]';
const words = '(line) => line.split(" ").map(word => [word, 1])';
const path = '/api/v1/jobs/preview';

describe('POST /api/v1/jobs/preview', function () {
  this.timeout(20_000);
  const api = withApi();

  const preview = async (body: object, status = 200) => {
    const answer = await api().http.post(path).send(body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
    return answer.body;
  };
  const previewed = async (body: object) => previewSchema.parse(await preview(body));

  describe('on text of the request', () => {
    it('answers what map emits, what reduce is given, what comes out, and what was counted', async () => {
      const made = await previewed({
        sample: 'to be or\nnot to be\n',
        map_function:
          '(line, ctx) => { ctx.count("lines"); ctx.log(line); return line.split(" ").map(word => [word, 1]); }',
        reduce_function: sum,
      });
      expect(made.sample).to.deep.include({ records: 2, bytes: 19, complete: true });
      expect(made.input).to.equal(null);
      expect(made.pairs.total).to.equal(6);
      expect(made.pairs.items[1]).to.deep.equal({ key: 'be', value: 1 });
      expect(made.groups.items[0]).to.deep.equal({ key: 'be', values: [1, 1], count: 2 });
      expect(made.results.items).to.deep.equal([
        { key: 'be', value: 2 },
        { key: 'not', value: 1 },
        { key: 'or', value: 1 },
        { key: 'to', value: 2 },
      ]);
      expect(made.counters).to.deep.include({ map_input_records: 2, map_output_records: 6, reduce_output_records: 4 });
      expect(made.counters.user).to.deep.equal({ lines: 2 });
      expect(made.logs).to.deep.equal(['to be or', 'not to be']);
      expect(made.errors).to.deep.equal({ total: 0, items: [] });
      expect(made.warnings).to.deep.equal([]);
      expect(made.estimate).to.equal(null);
    });

    it('takes a module, TypeScript, parameters and every format of records', async () => {
      const made = await previewed({
        sample: 'name,age\nann,3\n"b, c",4\n',
        input_format: 'csv',
        language: 'typescript',
        parameters: { add: 10 },
        program: `export const map = (row: { name: string; age: string }, ctx) => [[row.name, Number(row.age) + ctx.params.add]];
          export const reduce = (key: string, values) => [key, values.next().value];`,
      });
      expect(made.results.items).to.deep.equal([
        { key: 'ann', value: 13 },
        { key: 'b, c', value: 14 },
      ]);
    });

    it('gives the pairs of map as the results of a job without reduce', async () => {
      const made = await previewed({ sample: 'b\na\n', map_function: '(line) => [[line, { n: [1] }]]' });
      expect(made.results).to.deep.equal({
        total: 2,
        items: [
          { key: 'b', value: { n: [1] } },
          { key: 'a', value: { n: [1] } },
        ],
      });
    });

    it('cuts long keys and values, and lists a bounded number of pairs', async () => {
      const made = await previewed({
        sample: 'x\n'.repeat(500),
        map_function: '(line, ctx) => { ctx.emit("k".repeat(5000), { long: "v".repeat(5000) }); }',
      });
      expect(made.pairs.total).to.equal(500);
      expect(made.pairs.items).to.have.length(previewLimits.pairsListedMax);
      expect(made.pairs.items[0]).to.deep.equal({
        key: 'k'.repeat(previewLimits.listedLengthMax),
        value: `{"long":"${'v'.repeat(previewLimits.listedLengthMax - 9)}`,
        cut: true,
      });
    });

    it('stores nothing and queues nothing', async () => {
      await previewed({ sample: 'a\n', map_function: words, output_path: 'somewhere' });
      expect(await api().traces()).to.deep.equal([]);
      expect(await api().store.holdsFiles('somewhere')).to.equal(false);
    });
  });

  describe('on the input of the job', () => {
    it('runs on the first records of the first files, and tells which', async () => {
      const line = `${'word '.repeat(9)}end\n`;
      await api().directory.write('many/a.txt', line.repeat(50_000));
      await api().directory.write('many/b.txt', line.repeat(3));
      const made = await previewed({ ...wordCount, input_file: '/data/many', num_reducers: 4 });
      expect(made.input).to.deep.equal({ files: 2, bytes: 50_003 * line.length, complete: true });
      expect(made.sample.complete).to.equal(false);
      expect(made.sample.files.map(file => file.path)).to.deep.equal(['many/a.txt', 'many/b.txt']);
      expect(made.sample.files[1]).to.deep.equal({ path: 'many/b.txt', records: 3, bytes: 3 * line.length });
      expect(made.sample.records).to.be.within(4, previewLimits.sampleRecordsMax);
      expect(made.results.items).to.deep.include({ key: 'end', value: made.sample.records });
    });

    it('estimates the shuffle and the skew of the whole input', async () => {
      const line = 'hot hot hot hot hot hot hot cold\n';
      const lines = 100_000;
      await api().directory.write('skewed.txt', line.repeat(lines));
      const { estimate } = await previewed({
        ...wordCount,
        input_file: 'skewed.txt',
        num_reducers: 2,
        split_size_mb: 1,
      });
      expect(estimate?.map_output_records).to.be.closeTo(8 * lines, 8 * lines * 0.01);
      expect(estimate?.map_tasks).to.equal(Math.ceil((line.length * lines) / (1024 * 1024)));
      const [heaviest] = estimate?.partitions ?? [];
      expect(heaviest?.share).to.be.greaterThan(0.6);
      expect(estimate?.skew).to.be.closeTo(2 * (heaviest?.share ?? 0), 0.01);
      expect(estimate?.note).to.match(/extrapolated/i);
    });

    it('answers 404 for input that is missing, and 400 for a path that leads out', async () => {
      expect((await preview({ ...wordCount, input_file: 'nothing.txt' }, 404)).code).to.equal('input_not_found');
      expect((await preview({ ...wordCount, input_file: '../etc/passwd' }, 400)).code).to.equal('path_not_allowed');
    });
  });

  describe('with functions that fail', () => {
    it('answers 422 with function, line and column for code that does not parse', async () => {
      const problem = await preview({ sample: 'a', map_function: '(line) => {\n  return [[line 1]];\n}' }, 422);
      expect(problem).to.include({ code: 'program_does_not_parse', function: 'map_function', line: 2 });
      expect(problem.column).to.be.a('number');
    });

    it('answers 400 for Python, naming the languages that are accepted', async () => {
      const problem = await preview({ sample: 'a', map_function: 'def map(line):\n  yield line, 1' }, 400);
      expect(problem.code).to.equal('language_not_supported');
      expect(problem.detail).to.match(/javascript.*typescript/);
    });

    it('tells of each bad record with function, line, column, place and text, and goes on with the others', async () => {
      const made = await previewed({
        sample: 'good\nbad\ngood\n',
        map_function: '(line) => {\n  if (line === "bad") throw new Error("no");\n  return [[line, 1]];\n}',
        reduce_function: sum,
      });
      expect(made.errors.total).to.equal(1);
      expect(made.errors.items[0]).to.deep.include({
        code: 'user_code_error',
        function: 'map_function',
        line: 2,
        offset: 5,
        record: 'bad',
        input_path: 'sample',
      });
      expect(made.results.items).to.deep.equal([{ key: 'good', value: 2 }]);
    });

    it('tells of a reduce that fails with its key, and still what map emitted and what was logged', async () => {
      const made = await previewed({
        sample: 'a\nb\n',
        map_function: words,
        reduce_function: '(key, values, ctx) => {\n  ctx.log("at " + key);\n  return key.b.c;\n}',
      });
      expect(made.errors.items[0]).to.deep.include({
        code: 'user_code_error',
        function: 'reduce_function',
        line: 3,
        record: 'a',
      });
      expect(made.pairs.total).to.equal(2);
      expect(made.results.total).to.equal(0);
      expect(made.logs).to.deep.equal(['at a']);
    });

    for (const [what, body] of Object.entries({
      'a map that never ends': { map_function: '() => { for (;;); }' },
      'a reduce that never ends': { map_function: words, reduce_function: '() => { for (;;); }' },
      'a program that never ends': { program: 'for (;;); export const map = () => {};' },
      'a builtin that nothing interrupts': {
        map_function: '() => { const s = "a".repeat(4e6); for (;;) s.replace(/(a+)+b/, ""); }',
      },
    })) {
      it(`answers within its time for ${what}`, async () => {
        // The thread is there already, as in an API that has been running for a moment.
        await previewed({ sample: 'a\n', map_function: words });
        const started = performance.now();
        const made = await previewed({ sample: 'aaa\n'.repeat(100), ...body });
        expect(made.errors.items[0]?.code).to.equal('task_timeout');
        expect(performance.now() - started, 'milliseconds').to.be.below(2000 * 2);
        expect(made.seconds).to.be.below(2);
        // And the next one is served.
        expect((await previewed({ sample: 'a\n', map_function: words })).results.total).to.equal(1);
      });
    }

    it('tells of memory that runs out, and of a map that emits without end', async () => {
      const full = await previewed({
        sample: 'a\n',
        map_function: '() => { const all = []; for (;;) all.push(new Uint8Array(3e8)); }',
      });
      expect(full.errors.items[0]?.code).to.equal('memory_limit');
      const endless = await previewed({
        sample: 'a\n',
        map_function: '(line, ctx) => { const v = "x".repeat(1e5); for (;;) ctx.emit(line, v); }',
      });
      expect(endless.errors.items[0]?.code).to.be.oneOf(['memory_limit', 'task_timeout']);
    });
  });

  describe('with functions that would not give the same each time', () => {
    const numbers = Array.from({ length: 40 }, (_, i) => `${i % 3} ${i}`).join('\n');
    const map_function = '(line) => [line.split(" ").map(Number)]';
    const codes = async (body: object) =>
      (await previewed({ sample: numbers, ...body })).warnings.map(({ code }) => code);

    it('has nothing to say about a sum, a combiner of it, and sums of fractions', async () => {
      expect(await codes({ map_function, reduce_function: sum })).to.deep.equal([]);
      expect(await codes({ map_function, reduce_function: sum, combine_function: sum })).to.deep.equal([]);
      const fractions = '(line) => { const [k, v] = line.split(" "); return [[k, v / 7 + 1e-3]]; }';
      expect(await codes({ map_function: fractions, reduce_function: sum, combine_function: sum })).to.deep.equal([]);
    });

    it('warns of a combiner that is not associative, with a key, what should come out and what does', async () => {
      const mean =
        '(key, values) => { const all = values.toArray(); return [key, all.reduce((a, b) => a + b, 0) / all.length]; }';
      const made = await previewed({ sample: numbers, map_function, reduce_function: mean, combine_function: mean });
      expect(made.warnings).to.have.length(1);
      const [warning] = made.warnings;
      expect(warning).to.deep.include({
        code: 'combiner_not_associative',
        function: 'combine',
        key: 0,
        expected: '19.5',
      });
      expect(Number(warning?.actual)).to.not.equal(19.5);
    });

    it('warns of a combiner that cannot be given what it has emitted', async () => {
      const combine_function =
        '(key, values) => [key, { sum: values.reduce((a, b) => a + b.valueOf(), 0).toFixed(0).length }]';
      expect(
        await codes({ map_function, reduce_function: '(k, v) => [k, v.toArray().length]', combine_function }),
      ).to.deep.equal(['combiner_not_associative']);
    });

    it('warns of a map that depends on Math.random, the clock or its attempt', async () => {
      for (const value of ['Math.random()', 'Date.now()', 'ctx.task.attempt']) {
        const made = await previewed({
          sample: numbers,
          map_function: `(line, ctx) => [[line, ${value}]]`,
          reduce_function: sum,
        });
        expect(
          made.warnings.map(({ code, function: name }) => [code, name]),
          value,
        ).to.deep.equal([['not_deterministic', 'map']]);
      }
    });

    it('warns of a reduce that does', async () => {
      const reduce_function = '(key, values) => [key, Math.random()]';
      const { warnings } = await previewed({ sample: numbers, map_function, reduce_function });
      expect(warnings.map(({ code, function: name }) => [code, name])).to.deep.equal([['not_deterministic', 'reduce']]);
    });

    it('warns of a map whose variables change the result with the place where the input is cut', async () => {
      const program = `let n = 0;
        export const map = line => [[line, n++]];
        export const reduce = (key, values) => [key, values.toArray()];`;
      expect(await codes({ program })).to.deep.equal(['depends_on_splits']);
    });

    it('has nothing to say about a map that gathers in variables and emits in teardown', async () => {
      const program = `const seen = new Map();
        export const map = line => { const [k] = line.split(' '); seen.set(k, (seen.get(k) ?? 0) + 1); };
        export const teardown = ctx => { for (const [k, n] of seen) ctx.emit(k, n); };
        export const reduce = (key, values) => [key, values.reduce((a, b) => a + b, 0)];`;
      expect(await codes({ program })).to.deep.equal([]);
    });
  });

  describe('asked too often', () => {
    it('answers 429 with Retry-After beyond what may wait, and the others well', async () => {
      await previewed({ sample: 'a\n', map_function: words });
      const slow = { sample: 'a\n', map_function: '() => { for (;;); }', on_record_error: 'fail' };
      const asked = previewLimits.threadsMax + previewLimits.waitingMax + 3;
      const answers = await Promise.all(Array.from({ length: asked }, () => api().http.post(path).send(slow)));
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused.length).to.be.within(3, asked - previewLimits.threadsMax);
      for (const answer of refused) {
        expect(answer.body.code).to.equal('too_many_requests');
        expect(Number(answer.headers['retry-after'])).to.be.greaterThan(0);
      }
      expect(answers.filter(({ status }) => status === 200).length).to.equal(asked - refused.length);
    });
  });
});
