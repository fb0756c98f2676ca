import { expect } from 'chai';
import { attempt, batch, block, failure, type OpenSandbox, output } from './attempt.js';
import { describeKnownFunctions } from './conformance-known-functions.js';
import { describeSurroundings } from './conformance-surroundings.js';

const emitLine = { map: '(line, ctx) => ctx.emit(line, 1)' };
const lines = (keys: unknown[]) => keys.map(key => [key, 1]);

export function describeSandbox(name: string, open: OpenSandbox): void {
  describe(name, function () {
    this.timeout(120_000);

    describeKnownFunctions(open);

    describe('records', () => {
      it('are lines without their end of line', async () => {
        expect(await output(open, emitLine, { text: 'a\nbc\r\nd\n' })).to.deep.equal(lines(['a', 'bc', 'd']));
      });

      it('keep the carriage return of a last line that has no newline', async () => {
        expect(await output(open, emitLine, { text: 'a\r\nb\r' })).to.deep.equal(lines(['a', 'b\r']));
      });

      it('of lone newlines are empty strings', async () => {
        expect(await output(open, emitLine, { text: '\n\n' })).to.deep.equal(lines(['', '']));
        expect(await output(open, emitLine, { text: '\n' })).to.deep.equal(lines(['']));
      });

      it('may hold NUL, a byte-order mark and astral characters', async () => {
        const text = '\ufeffa\0b\n\u{1f600}\n\0\n';
        expect(await output(open, emitLine, { text })).to.deep.equal(lines(['\ufeffa\0b', '\u{1f600}', '\0']));
      });

      it('of bytes that are not UTF-8 are what TextDecoder makes of them', async () => {
        const bytes = Uint8Array.of(
          0x61,
          0x80,
          0x81,
          0x62,
          10,
          0xed,
          0xa0,
          0x80,
          10,
          0xc0,
          0x80,
          10,
          0xf0,
          0x9f,
          10,
          0xff,
        );
        const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
        expect(await output(open, emitLine, { text: bytes })).to.deep.equal(lines(expected));
      });

      it('come block after block in order', async () => {
        const text = [block('a\nb\n'), block('c\n', 4)];
        expect(await output(open, emitLine, { text })).to.deep.equal(lines(['a', 'b', 'c']));
      });
    });

    describe('map', () => {
      for (const [style, map] of Object.entries({
        'a list of pairs': 'line => [[line, 1], [line + line, 2]]',
        'a generator': 'function* (line) { yield [line, 1]; yield [line + line, 2]; }',
        'another iterable': 'line => new Map([[line, 1], [line + line, 2]])',
        'calls of ctx.emit': '(line, { emit }) => { emit(line, 1); emit(line + line, 2); }',
        'both at once': '(line, ctx) => { ctx.emit(line, 1); return [[line + line, 2]]; }',
      })) {
        it(`may give pairs by ${style}`, async () => {
          expect(await output(open, { map })).to.deep.equal([
            ['a', 1],
            ['aa', 2],
          ]);
        });
      }

      for (const [map, message] of Object.entries({
        'line => line': /map returned the string "a".*return an iterable/,
        'line => 1': /map returned the number 1/,
        'line => null': /map returned null/,
        'line => [line, 1]': /gave the string "a" where a \[key, value\] pair is expected; return a list of pairs/,
        'line => [[line]]': /an array of 1 where/,
        'async line => [[line, 1]]': /asynchronous.*remove async and await/,
        'line => Promise.resolve([])': /asynchronous/,
        'async function* (line) { yield [line, 1]; }': /asynchronous/,
      })) {
        it(`is an error of the user when it is ${map}`, async () => {
          const error = await failure(open, { map });
          expect(error).to.include({ code: 'user_code_error', function: 'map_function', record: 'a' });
          expect(error.message).to.match(message);
        });
      }
    });

    describe('keys and values', () => {
      it('cross with their types', async () => {
        const pairs = [
          ['s', null],
          [1.5, 'text'],
          [true, { a: [1] }],
          [
            ['a', 1, [false]],
            [1, 2],
          ],
          [-0, 'line\nbreak'],
        ];
        const map = `(line, ctx) => ${JSON.stringify(pairs)}`;
        expect(await output(open, { map })).to.deep.equal([...pairs.slice(0, 4), [0, 'line\nbreak']]);
      });

      it('may hold newlines, NUL, quotes and separators', async () => {
        const texts = ['a\nb', 'a\0b', '"', '\\', '\t', '\u2028', '__proto__', 'constructor', ''];
        const map = `(line, ctx) => { for (const t of ${JSON.stringify(texts)}) ctx.emit(t, t); }`;
        expect(await output(open, { map })).to.deep.equal(texts.map(text => [text, text]));
      });

      it('turn lone surrogates of keys into U+FFFD and leave those of values', async () => {
        const map = `() => [['\\ud800', '\\ud800'], [['\\udc00x'], 'b']]`;
        expect(await output(open, { map })).to.deep.equal([
          ['\ufffd', '\ud800'],
          [['\ufffdx'], 'b'],
        ]);
      });

      it('of values are as JSON.stringify would have them', async () => {
        const map =
          '() => [["a", undefined], ["b", NaN], ["c", -Infinity], ["d", { u: undefined, n: NaN }], ["e", new Date(0)]]';
        expect(await output(open, { map })).to.deep.equal([
          ['a', null],
          ['b', null],
          ['c', null],
          ['d', { n: null }],
          ['e', '1970-01-01T00:00:00.000Z'],
        ]);
      });

      it('write numbers as JSON does', async () => {
        const numbers = [
          0,
          -1,
          9,
          10,
          999_999_999,
          1_000_000_000,
          1e21,
          0.1,
          5e-324,
          2 ** 53,
          -0,
          NaN,
          1.7976931348623157e308,
        ];
        const map = `(line, ctx) => { for (const n of [${numbers.join(',')}]) ctx.emit('k', n); }`;
        const values = (await output(open, { map })).map(([, value]) => value);
        expect(values).to.deep.equal(numbers.map(n => JSON.parse(JSON.stringify(n))));
      });

      it('are what they were when they were emitted', async () => {
        const map =
          '(line, ctx) => { const v = { n: 1 }, k = ["a"]; ctx.emit(k, v); v.n = 2; k[0] = "b"; ctx.emit(k, v); }';
        expect(await output(open, { map })).to.deep.equal([
          [['a'], { n: 1 }],
          [['b'], { n: 2 }],
        ]);
      });

      it('stay in order when user code emits while it is asked for JSON', async () => {
        const map = '(line, ctx) => { ctx.emit("outer", { toJSON() { ctx.emit("inner", 1); return 2; } }); }';
        expect(await output(open, { map })).to.deep.equal([
          ['inner', 1],
          ['outer', 2],
        ]);
      });

      // Their units are few enough, their bytes are not: that shows when the host encodes them.
      for (const key of [
        '"€".repeat(2 ** 20 - 100)',
        '"€".repeat(2 ** 19) + "€".repeat(2 ** 19 - 100)',
        '["€".repeat(2 ** 20 - 100)]',
      ]) {
        it(`refuse the key ${key}, whose UTF-8 is too long`, async () => {
          const error = await failure(open, { map: `(line, ctx) => ctx.emit(${key}, 1)` });
          expect(error).to.include({ code: 'user_code_error', function: 'map_function' });
          expect(error.message).to.match(/longer than 1048576 bytes/);
        });
      }

      for (const [key, message] of Object.entries({
        null: /a key must be a string.*it is null/,
        undefined: /it is undefined/,
        '{}': /it is an object/,
        '10n': /it is a bigint/,
        'Symbol()': /it is a symbol/,
        NaN: /a key is NaN/,
        '[1, [Infinity]]': /must be finite/,
        '[null]': /it is null/,
        'Array.from({ length: 40 }).reduce(k => [k], "deep")': /deeper than 16/,
        '"x".repeat(2 ** 20 + 1)': /longer than 1048576 bytes/,
      })) {
        it(`refuse the key ${key}`, async () => {
          const error = await failure(open, { map: `(line, ctx) => ctx.emit(${key}, 1)` });
          expect(error).to.include({ code: 'user_code_error', line: 1 });
          expect(error.message).to.match(message);
        });
      }

      for (const [value, message] of Object.entries({
        '10n': /BigInt/,
        '{ a: 1n }': /BigInt/i,
        'Symbol()': /a value is a symbol/,
        '() => 1': /a value is a function/,
        '(() => { const a = {}; a.a = a; return a; })()': /circular/,
        '"x".repeat(2 ** 24 + 1)': /longer than/,
        '"\\n".repeat(2 ** 23 + 1)': /longer than/,
      })) {
        it(`refuse the value ${value}`, async () => {
          const error = await failure(open, { map: `(line, ctx) => ctx.emit('k', ${value})` });
          expect(error.code).to.equal('user_code_error');
          expect(error.message).to.match(message);
        });
      }
    });

    describe('partition', () => {
      it('says where each pair goes', async () => {
        const program = { map: 'line => [[line, 1]]', partition: '(key, n) => (key === "a" ? 0 : n - 1)' };
        const { pairs } = await attempt(open, program, { text: 'a\nb\n' });
        expect(pairs.map(pair => pair.partition)).to.deep.equal([0, 1]);
      });

      it('is not asked in a job without reduce tasks, nor in reduce', async () => {
        const program = { map: 'line => [[line, 1]]', reduce: 'k => [k, 1]', partition: '() => { throw 1 }' };
        const mapped = await attempt(open, program, { context: { numReducers: 0 } });
        expect(mapped.pairs[0]?.partition).to.equal(undefined);
        const reduced = await attempt(open, program, { batches: [batch([['a', [1]]])] });
        expect(reduced.pairs[0]?.partition).to.equal(undefined);
      });

      for (const given of ['2', '-1', '0.5', 'NaN', '"0"', 'undefined', '2 ** 32']) {
        it(`is an error of the user when it says ${given}`, async () => {
          const program = { map: 'line => [[line, 1]]', partition: `() => ${given}` };
          const error = await failure(open, program);
          expect(error).to.include({ code: 'user_code_error', function: 'partition_function' });
          expect(error.message).to.match(/partition returned .*integer from 0 to 1/);
        });
      }
    });

    describe('reduce and combine', () => {
      const groups = [
        batch([
          ['a', [1, 2]],
          ['b', [3]],
        ]),
      ];
      for (const [style, reduce] of Object.entries({
        'one pair': '(key, values) => [key, values.reduce((a, b) => a + b)]',
        'a generator of pairs': 'function* (key, values) { yield [key, values.reduce((a, b) => a + b)]; }',
        'ctx.emit': '(key, values, ctx) => { let sum = 0; for (const v of values) sum += v; ctx.emit(key, sum); }',
      })) {
        it(`may give ${style}`, async () => {
          expect(await output(open, { reduce }, { batches: groups })).to.deep.equal([
            ['a', 3],
            ['b', 3],
          ]);
        });
      }

      it('combine gives its pairs to its own sink', async () => {
        const combine = '(key, values) => [key, values.toArray()]';
        const pairs = await output(open, { map: 'l => [[l, 1]]', combine }, { batches: groups, call: 'combine' });
        expect(pairs).to.deep.equal([
          ['a', [1, 2]],
          ['b', [3]],
        ]);
      });

      it('may emit nothing', async () => {
        expect(await output(open, { reduce: '() => undefined' }, { batches: groups })).to.deep.equal([]);
      });

      it('take an array for one pair, never for many', async () => {
        const error = await failure(open, { reduce: 'key => [[key, 1], [key, 2], [key, 3]]' }, { batches: groups });
        expect(error.message).to.match(/an array of 3.*one \[key, value\] pair.*generator/);
        expect(error).to.include({ function: 'reduce_function', record: 'a' });
      });

      it('are given every standard method of iterators', async () => {
        const reduce = `(key, values) => [key, [
          ...values.drop(1).map(v => v * 10).filter(v => v !== 30).take(5).flatMap(v => [v, v + 1])]]`;
        const batches = [batch([['a', [1, 2, 3, 4]]])];
        expect(await output(open, { reduce }, { batches })).to.deep.equal([['a', [20, 21, 40, 41]]]);
        for (const [call, result] of Object.entries({
          'some(v => v > 3)': true,
          'every(v => v > 3)': false,
          'find(v => v > 2)': 3,
          'toArray()': [1, 2, 3, 4],
          'next().value': 1,
          'reduce((n, v) => n + v, 0)': 10,
          'forEach(v => v)': null,
        })) {
          expect(await output(open, { reduce: `(k, values) => [k, values.${call}]` }, { batches })).to.deep.equal([
            ['a', result],
          ]);
        }
      });

      const pieces = [
        batch(
          [
            ['a', [0]],
            ['b', [1, 2]],
          ],
          { open: true },
        ),
        batch([['b', [3]]], { continued: true, open: true }),
        batch([['b', []]], { continued: true, open: true }),
        batch(
          [
            ['b', [4]],
            ['c', [5]],
          ],
          { continued: true, open: true },
        ),
        batch(
          [
            ['c', [6]],
            ['d', [7]],
          ],
          { continued: true },
        ),
        batch([['e', [8]]]),
      ];
      const inPieces = (reduce: string) => output(open, { reduce }, { batches: pieces });
      const whole = [
        ['a', [0]],
        ['b', [1, 2, 3, 4]],
        ['c', [5, 6]],
        ['d', [7]],
        ['e', [8]],
      ];

      it('read a group that goes on in later batches', async () => {
        expect(await inPieces('(k, values) => [k, values.toArray()]')).to.deep.equal(whole);
        expect(await inPieces('(k, values) => [k, [...values]]')).to.deep.equal(whole);
        expect(
          await inPieces('function* (k, values) { const a = []; for (const v of values) a.push(v); yield [k, a]; }'),
        ).to.deep.equal(whole);
      });

      it('skip what user code leaves unread', async () => {
        expect(await inPieces('(k, values) => [k, values.next().value]')).to.deep.equal([
          ['a', 0],
          ['b', 1],
          ['c', 5],
          ['d', 7],
          ['e', 8],
        ]);
        expect(await inPieces('(k, values) => { for (const v of values) return [k, v]; }')).to.deep.equal([
          ['a', 0],
          ['b', 1],
          ['c', 5],
          ['d', 7],
          ['e', 8],
        ]);
        expect(await inPieces('k => [k, 0]')).to.deep.equal([
          ['a', 0],
          ['b', 0],
          ['c', 0],
          ['d', 0],
          ['e', 0],
        ]);
      });

      it('iterate values once', async () => {
        expect(await inPieces('(k, values) => [k, [...values].length + [...values].length]')).to.deep.equal([
          ['a', 1],
          ['b', 4],
          ['c', 2],
          ['d', 1],
          ['e', 1],
        ]);
      });

      for (const [use, message] of Object.entries({
        'values.length': /no length; count with/,
        'values[0]': /cannot be indexed; loop over it/,
        'values.sort()': /no sort; use values.toArray\(\).sort/,
        values: /cannot be emitted; emit values.toArray/,
      })) {
        for (const batches of [
          [batch([['a', [1]]])],
          pieces.slice(1, 3).map((b, i) => ({ ...b, continued: i > 0, open: i === 0 })),
        ]) {
          it(`say what to use instead of ${use} (${batches.length} batches)`, async () => {
            const error = await failure(open, { reduce: `(k, values) => [k, ${use}]` }, { batches });
            expect(error.code).to.equal('user_code_error');
            expect(error.message).to.match(message);
          });
        }
      }

      it('refuse values after their group is over', async () => {
        const reduce = `(() => { let kept; return (k, values) => { const old = kept; kept = values; return [k, old?.next().value]; }; })()`;
        expect((await failure(open, { reduce }, { batches: groups })).message).to.match(/after its group was over/);
        expect(
          (
            await failure(
              open,
              { reduce },
              { batches: pieces.slice(1).map((b, i) => (i === 0 ? { ...b, continued: false } : b)) },
            )
          ).message,
        ).to.match(/after its group was over/);
      });

      it('name the key they fail on', async () => {
        const reduce = '(key, values) => { if (key[1] === 2) throw new Error("no"); }';
        const error = await failure(
          open,
          { reduce },
          {
            batches: [
              batch([
                [['a', 1], [1]],
                [['a', 2], [1]],
              ]),
            ],
          },
        );
        expect(error).to.include({ record: '["a",2]', function: 'reduce_function', line: 1, message: 'Error: no' });
        expect(error).not.to.have.property('offset');
      });
    });

    describeSurroundings(open);
  });
}
