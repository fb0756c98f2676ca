/** What every sandbox does around user code: `ctx`, equal attempts, errors, handing over. See `conformance.ts`. */
import { TaskError } from '@gridmr/contracts';
import { expect } from 'chai';
import { attempt, block, failure, mapContext, type OpenSandbox, output, sourceOf } from './attempt.js';

export function describeSurroundings(open: OpenSandbox): void {
  describe('ctx', () => {
    it('knows the task, the input and the parameters', async () => {
      const map = '(line, ctx) => [["x", [ctx.task, ctx.input.path, ctx.input.split, ctx.input.offset, ctx.params]]]';
      const text = [block('é\nb\n', 100), block('c', 105)];
      const pairs = await output(open, { map }, { text, context: { parameters: { a: [1] } } });
      const task = { id: mapContext.taskId, attempt: 1, partition: null };
      expect(pairs.map(([, value]) => value)).to.deep.equal(
        [100, 103, 105].map(offset => [task, 'input/a.txt', 0, offset, { a: [1] }]),
      );
    });

    it('freezes the parameters', async () => {
      const map = '(line, ctx) => { "use strict"; ctx.params.a.b = 2; }';
      expect((await failure(open, { map }, { context: { parameters: { a: { b: 1 } } } })).message).to.match(
        /read-only/,
      );
    });

    it('counts and logs', async () => {
      const map =
        '(line, ctx) => { ctx.count("n"); ctx.count("n", 2); ctx.count("__proto__", -1.5); ctx.log("seen " + line); ctx.log({}); ctx.log("x".repeat(5000)); }';
      const { notes } = await attempt(open, { map });
      expect(Object.entries(notes.userCounters)).to.deep.equal([
        ['n', 3],
        ['__proto__', -1.5],
      ]);
      expect(notes.logLines).to.deep.equal(['seen a', '[object Object]', 'x'.repeat(1000)]);
    });

    it('bounds counters and log lines', async () => {
      expect(
        (await failure(open, { map: '(l, ctx) => { for (let i = 0; i < 101; i++) ctx.count("c" + i); }' })).message,
      ).to.match(/more than 100 names/);
      expect((await failure(open, { map: '(l, ctx) => ctx.count("c", NaN)' })).message).to.match(/finite/);
      expect((await failure(open, { map: '(l, ctx) => ctx.count("c".repeat(65))' })).message).to.match(/1 to 64/);
      const { notes } = await attempt(open, { map: '(l, ctx) => { for (let i = 0; i < 2000; i++) ctx.log(i); }' });
      expect(notes.logLines).to.have.length(1000);
    });

    it('lets setup and teardown emit', async () => {
      const program = `let n = 0;
export function setup(ctx) { ctx.emit('start', ctx.params.x ?? null); }
export function map() { n++; }
export function* teardown() { yield ['records', n]; }`;
      expect(await output(open, program, { text: 'a\nb\n' })).to.deep.equal([
        ['start', null],
        ['records', 2],
      ]);
    });
  });

  describe('two attempts of a task', () => {
    const map =
      '(line) => [[line, [Math.random(), Date.now(), new Date().toISOString(), Date(), new Date(2020, 0, 1).getTime(), new Date().getTimezoneOffset()]]]';

    it('see the same randomness and the same clock, in UTC', async () => {
      const first = await output(open, { map });
      expect(await output(open, { map }, { context: { attempt: 2 } })).to.deep.equal(first);
      expect((first[0]![1] as unknown[]).slice(1)).to.deep.equal([
        mapContext.nowMs,
        '2025-01-02T03:04:05.000Z',
        'Thu Jan 02 2025 03:04:05 GMT+0000',
        Date.UTC(2020, 0, 1),
        0,
      ]);
    });

    it('of other tasks see other randomness', async () => {
      const first = await output(open, { map });
      const other = await output(open, { map }, { context: { taskId: `${mapContext.jobId}-m-00001` } });
      expect(other[0]?.[1]).not.to.deep.equal(first[0]?.[1]);
    });

    it('draw evenly from [0, 1)', async () => {
      const draw = '(l, ctx) => { for (let i = 0; i < 10000; i++) ctx.emit("r", Math.random()); }';
      const numbers = (await output(open, { map: draw })).map(([, value]) => value as number);
      expect(numbers.every(n => n >= 0 && n < 1)).to.equal(true);
      expect(numbers.reduce((a, b) => a + b) / numbers.length).to.be.closeTo(0.5, 0.02);
      expect(new Set(numbers).size).to.equal(10_000);
    });

    it('see nothing of garbage collection, shared memory or the host', async () => {
      const names = [
        'WeakRef',
        'FinalizationRegistry',
        'SharedArrayBuffer',
        'Atomics',
        'performance',
        'process',
        'require',
        'setTimeout',
        'console',
        'WebAssembly',
        'fetch',
        'std',
        'os',
      ];
      const probe = `() => [['found', ${JSON.stringify(names)}.filter(name => name in globalThis)]]`;
      expect(await output(open, { map: probe })).to.deep.equal([['found', []]]);
    });
  });

  describe('errors', () => {
    it('carry the user’s own line and column, the record and its place', async () => {
      const map = '(line) => {\n  if (line === "b") {\n    missing(line);\n  }\n}';
      const error = await failure(open, { map }, { text: [block('a\nb\n', 10)] });
      expect(error).to.deep.equal({
        code: 'user_code_error',
        message: "ReferenceError: 'missing' is not defined",
        function: 'map_function',
        line: 3,
        column: 5,
        input_path: 'input/a.txt',
        offset: 12,
        record: 'b',
        task_id: mapContext.taskId,
        attempt: 1,
      });
    });

    it('name the innermost frame in user code', async () => {
      const error = await failure(
        open,
        'const inner = () => {\n  return null.x;\n};\nexport const map = () => [1].forEach(inner);',
      );
      expect(error).to.include({ function: 'program', line: 2 });
    });

    it('tell how user code came there, through all of its functions', async () => {
      const program =
        'const inner = () => {\n  return null.x;\n};\nexport function map() {\n  return [1].map(() => inner());\n}';
      const { frames = [], ...error } = await failure(open, program);
      expect(error).to.include({ function: 'program', line: 2, column: 14 });
      expect(frames.map(({ name, line }) => `${name} ${line}`)).to.deep.equal(['inner 2', ' 5', 'map 5']);
      expect(frames.every(frame => frame.function === 'program')).to.equal(true);
    });

    it('at load say where, too', async () => {
      expect(await failure(open, 'export const map = 1;\nthrow new Error("early");')).to.include({
        message: 'Error: early',
        line: 2,
      });
      expect(await failure(open, { map: 'x => x', reduce: '\n  x => ]' })).to.include({
        function: 'reduce_function',
        line: 2,
        column: 8,
      });
      expect((await failure(open, { map: '1 + 1' })).message).to.match(/map is the number 2, not a function/);
      expect((await failure(open, 'export const map = null;')).message).to.match(/map is null, not a function/);
    });

    it('cut the record to 200 characters', async () => {
      const error = await failure(open, { map: '() => { throw new Error("x") }' }, { text: `${'é'.repeat(300)}\n` });
      expect(error.record).to.equal('é'.repeat(200));
    });

    for (const [thrown, message] of Object.entries({
      '"text"': 'threw the string "text"',
      null: 'threw null',
      undefined: 'threw undefined',
      '42': 'threw the number 42',
      '{ a: 1 }': 'threw {"a":1}',
      'Symbol("s")': 'threw Symbol(s)',
      'new Error("x".repeat(1e6))': `Error: ${'x'.repeat(993)}`,
      'Object.create(null)': 'threw {}',
      '(() => { const e = new Error(); Object.defineProperty(e, "message", { get() { throw 1; } }); return e; })()':
        /Error/,
      'new Proxy({}, { get() { throw 1; } })': /cannot be read/,
    })) {
      it(`may be ${thrown.slice(0, 50)}`, async () => {
        const error = await failure(open, { map: `() => { throw ${thrown}; }` });
        expect(error.code).to.equal('user_code_error');
        if (typeof message === 'string') expect(error.message).to.equal(message);
        else expect(error.message).to.match(message);
      });
    }

    it('of the host pass through whatever user code catches', async () => {
      const source = sourceOf({ map: '(line, ctx) => { for (;;) try { ctx.emit("k", 1); } catch {} }' });
      using sandbox = await open({
        source,
        functions: { reduce: false, combine: false, partition: false },
        memoryBytes: 2 ** 26,
        deadlineMs: 5000,
      });
      const full = new Error('disk full');
      sandbox.begin(mapContext, () => {
        throw full;
      });
      expect(() => sandbox.mapBlock(block('a\n'))).to.throw(full as never);
    });

    it('leave a sandbox that refuses further calls and can be disposed', async () => {
      const source = sourceOf({ map: '() => { throw 1; }' });
      const sandbox = await open({
        source,
        functions: { reduce: false, combine: false, partition: false },
        memoryBytes: 2 ** 26,
        deadlineMs: 5000,
      });
      sandbox.begin(mapContext, () => {});
      expect(() => sandbox.mapBlock(block('a\n'))).to.throw(TaskError);
      expect(() => sandbox.mapBlock(block('a\n'))).to.throw(/open another/);
      sandbox[Symbol.dispose]();
      sandbox[Symbol.dispose]();
    });
  });

  describe('hand-over', () => {
    it('happens in bounded blocks, in order', async () => {
      const map = '(line, ctx) => { for (let i = 0; i < 200000; i++) ctx.emit("k", i); }';
      const { pairs, blocks } = await attempt(open, { map });
      expect(blocks).to.be.at.least(4);
      expect(pairs.length).to.equal(200_000);
      expect(pairs.every((pair, i) => pair.value === i)).to.equal(true);
    });

    it('happens by length, too', async () => {
      const map = '(line, ctx) => { const s = "x".repeat(100000); for (let i = 0; i < 200; i++) ctx.emit(s, s); }';
      const { pairs, blocks } = await attempt(open, { map });
      expect(pairs.length).to.equal(200);
      expect(blocks).to.be.at.least(5);
    });
  });
}
