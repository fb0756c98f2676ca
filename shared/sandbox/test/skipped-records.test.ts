/** Bad records that a map attempt skips: what is left of them, of the good ones, and what is told of them. */
import type { InputFormat } from '@gridmr/contracts';
import { expect } from 'chai';
import { blocksOf } from './input-files.js';
import { skippingAttempt, skippingOutput } from './skipping.js';

const badOnB = '(line, ctx) => { ctx.emit(line, 1); if (line === "b") throw new Error("no"); ctx.emit(line, 2); }';

describe('a record on which map throws, where bad records are skipped', function () {
  this.timeout(60_000);

  it('is told of with place, text, message and the line and column in the user’s source', async () => {
    const { skipped } = await skippingAttempt(
      { map: '(line) => {\n  throw new RangeError("no");\n}' },
      { text: 'one\n' },
    );
    const error = { code: 'user_code_error', message: 'RangeError: no', function: 'map_function', line: 2, column: 23 };
    const [
      {
        error: { column, ...found },
        ...rest
      },
    ] = skipped as [(typeof skipped)[0]];
    expect(rest).to.deep.equal({ path: 'input/a.txt', offset: 0, record: 'one' });
    expect({ ...found, column: 23 }).to.deep.equal(error);
    expect(column).to.be.within(9, 24);
  });

  it('counts for nothing, also what it had emitted', async () => {
    const { pairs, skipped, notes } = await skippingOutput({ map: badOnB }, { text: 'a\nb\nc\nb\n' });
    expect(pairs).to.deep.equal([
      ['a', 1],
      ['a', 2],
      ['c', 1],
      ['c', 2],
    ]);
    expect(skipped).to.deep.equal([
      [2, 'b'],
      [6, 'b'],
    ]);
    expect(notes.skippedRecords).to.equal(2);
  });

  const styles = {
    'a list': 'line => [[line, 1], line === "b" ? 7 : [line, 2]]',
    'a generator': 'function* (line) { yield [line, 1]; if (line === "b") throw 1; yield [line, 2]; }',
    'texts after numbers':
      '(line, ctx) => { ctx.emit(line, 1); if (line === "b") { ctx.emit(line, "x"); throw 1; } ctx.emit(line, 2); }',
    'array keys and objects':
      '(line, ctx) => { if (line === "b") { ctx.emit([line], {}); throw 1; } ctx.emit(line, 1); ctx.emit(line, 2); }',
    'another error in partition': {
      map: '(line, ctx) => { ctx.emit(line, 1); ctx.emit(line, 2); }',
      partition: '(key, n) => { if (key === "b") throw new Error("p"); return 1; }',
    },
    'a program that redefines what there is': `const e = (line, ctx) => { ctx.emit(line, 1); if (line === 'b') throw 1; ctx.emit(line, 2); };
Array.prototype.push = null; Object.defineProperty(Array.prototype, 'length', {}); globalThis.Error = null;
export const map = e;`,
  };
  for (const [name, style] of Object.entries(styles)) {
    it(`counts for nothing in any style: ${name}`, async () => {
      const isMap = typeof style === 'string' && !style.includes('export');
      const { pairs, skipped } = await skippingOutput(isMap ? { map: style as string } : style, {
        text: 'b\na\nb\nc\nb\n',
      });
      const four = ['a', 'c'].flatMap(key => [
        [key, 1],
        [key, 2],
      ]);
      expect(pairs).to.deep.equal(four);
      expect(skipped.map(([offset]) => offset)).to.deep.equal([0, 4, 8]);
    });
  }

  it('takes back more pairs than a hand-over holds, and more than memory holds', async () => {
    const map = `(line, ctx) => {
      for (let i = 0; i < (line === 'a' ? 3 : 400000); i++) ctx.emit(line + i, i % 2 ? { i } : 'text of some length');
      if (line === 'b') throw 1;
    }`;
    const { pairs, skipped } = await skippingAttempt({ map }, { text: 'a\nb\na\nc\na\n' });
    expect(skipped.map(({ record }) => record)).to.deep.equal(['b']);
    const keys = pairs.map(({ key }) => key);
    const threes = ['a0', 'a1', 'a2'];
    expect(keys).to.have.lengthOf(400_009);
    expect([...keys.slice(0, 6), ...keys.slice(-3)]).to.deep.equal([...threes, ...threes, ...threes]);
    expect(keys.slice(6, -3)).to.deep.equal(Array.from({ length: 400_000 }, (_, i) => `c${i}`));
    expect(pairs.slice(6, 8).map(({ value }) => value)).to.deep.equal(['text of some length', { i: 1 }]);
  });

  it('counts nothing by ctx.count; what it logged stays', async () => {
    const map = `(line, ctx) => {
      ctx.count('all'); ctx.count(line, 0.5); ctx.count('all'); ctx.log(line);
      if (line === 'b') throw 1;
    }`;
    const { notes } = await skippingOutput({ map }, { text: 'b\na\nb\nb\na\nb\n' });
    expect(notes.userCounters).to.deep.equal({ all: 4, a: 1 });
    expect(notes.logLines.join('')).to.equal('babbab');
  });

  const hostile = {
    null: 'null',
    undefined: 'undefined',
    'a symbol': 'Symbol("s")',
    'getters that throw': '{ get message() { throw 1; }, get stack() { throw 2; }, get name() { throw 3; } }',
    'getters that emit and count': '{ get message() { ctx.emit("x", 1); ctx.count("x"); return "m"; } }',
    'a proxy that throws at all': 'new Proxy({}, { get() { throw 1; }, has() { throw 1; }, ownKeys() { throw 1; } })',
    'the error of the engine’s own': '{ name: "InternalError", message: "interrupted" }',
    'a text as long as memory': '"x".repeat(5e6)',
  };
  for (const [name, thrown] of Object.entries(hostile)) {
    it(`is skipped whatever it throws: ${name}`, async () => {
      const map = `(line, ctx) => { if (line === 'b') throw ${thrown}; ctx.emit(line, 1); }`;
      const { pairs, skipped, errors, notes } = await skippingOutput({ map }, { text: 'a\nb\nc\n' });
      expect(pairs).to.deep.equal([
        ['a', 1],
        ['c', 1],
      ]);
      expect(skipped).to.deep.equal([[2, 'b']]);
      expect(errors[0]?.message).to.have.length.within(1, 1000);
      expect(notes.userCounters).to.deep.equal({});
    });
  }

  it('ends the attempt if it is one too many', async () => {
    const run = skippingAttempt({ map: badOnB }, { text: 'b\na\nb\n', skippedMax: 1 });
    expect(await run.catch(error => error.message)).to.equal('too many');
  });

  it('is held no longer than a block of a thousand of them', async () => {
    const { skipped, pairs } = await skippingAttempt(
      { map: badOnB },
      { text: `a\n${'b\n'.repeat(5000)}a\n`, skippedMax: 9999 },
    );
    expect(skipped.map(({ offset }) => offset)).to.deep.equal(Array.from({ length: 5000 }, (_, i) => 2 + 2 * i));
    expect(pairs).to.have.lengthOf(4);
  });
});

describe('a record that is not what its format says, where bad records are skipped', () => {
  const cases: [InputFormat, string, number[], unknown[]][] = [
    ['jsonl', '{"a":1}\n\n{"a":é}\r\n2 3\n{"a":4}', [9, 19], [{ a: 1 }, { a: 4 }]],
    ['jsonl', '\n\nx\n \n', [2], []],
    [
      'csv',
      'a,b\n1,2\n"3\n"\n\n4,5\n',
      [8],
      [
        { a: '1', b: '2' },
        { a: '4', b: '5' },
      ],
    ],
    [
      'csv',
      'a,b\n1,2"3"\n4,5\n6,"7"8\n9,"1"\n',
      [4, 15],
      [
        { a: '4', b: '5' },
        { a: '9', b: '1' },
      ],
    ],
    ['csv', 'a,b\n1,2\n3,"4\n5', [8], [{ a: '1', b: '2' }]],
  ];
  for (const [format, text, offsets, records] of cases) {
    it(`is told of with its place: ${format} ${JSON.stringify(text)}`, async () => {
      for (const blockBytes of [8, 64]) {
        const files = [{ path: 'input/x', bytes: Buffer.from(text) }];
        const blocks = await blocksOf(files, { format, splitBytes: 1000, blockBytes });
        const { pairs, skipped, errors } = await skippingOutput({ map: 'record => [["r", record]]' }, { text: blocks });
        expect(skipped.map(([offset]) => offset)).to.deep.equal(offsets);
        expect(pairs.map(([, value]) => value)).to.deep.equal(records);
        for (const { code, message } of errors) {
          expect(code).to.equal('invalid_record');
          expect(message).to.match(/^input\/x: the record at byte \d+ /);
        }
      }
    });
  }
});

describe('a record that costs the sandbox, where bad records are skipped', function () {
  this.timeout(120_000);
  const hang = 'for (;;);';
  const fill = 'const held = []; for (;;) held.push(new Array(1000).fill(1));';
  const deep = 'let s = "["; for (let i = 0; i < 20; i++) s += s; JSON.parse(s);';
  const badly = {
    hangs: hang,
    'exhausts memory': fill,
    'nests too deeply': deep,
    'hangs in its error': '{ throw { get message() { for (;;); } }; }',
  };
  for (const [name, code] of Object.entries(badly)) {
    it(`is skipped alone: it ${name}`, async () => {
      const map = `(line, ctx) => { ctx.emit(line, 1); ctx.count('n'); if (line === 'b') { ${code} } if (line === 'x') throw 1; ctx.log(line); ctx.emit(line, 2); }`;
      const request = { text: 'a\nx\na\nb\nc\nx\nb\nd\n', memoryBytes: 32 * 1024 * 1024, recordPolls: 100 };
      const { pairs, skipped, notes } = await skippingOutput({ map }, request);
      expect(pairs.map(([key]) => key).join('')).to.equal('aaaaccdd');
      expect(skipped.map(([, record]) => record).join('')).to.equal('xbxb');
      expect(notes.userCounters).to.deep.equal({ n: 4 });
      expect(notes.logLines.join('')).to.equal('aacd');
    });
  }

  it('takes nothing along that was handed over before, whatever that was', async () => {
    const map = `(line, ctx) => {
      if (line === 'b') { ctx.emit('b', 1); ${hang} }
      for (let i = 0; i < 30000; i++) ctx.emit(line + i, 1);
      ctx.count(line);
    }`;
    const { pairs, notes } = await skippingAttempt({ map }, { text: 'a\nc\nd\ne\nb\nf\n', recordPolls: 100 });
    const wanted = [...'acdef'].flatMap(line => Array.from({ length: 30_000 }, (_, i) => `${line}${i}`));
    expect(pairs.map(({ key }) => key)).to.deep.equal(wanted);
    expect(notes.userCounters).to.deep.equal({ a: 1, c: 1, d: 1, e: 1, f: 1 });
  });

  it('lets setup run again, of which nothing counts twice', async () => {
    const program = `let n; export const setup = ctx => { n = 0; ctx.emit('setup', 1); ctx.count('setup'); ctx.log('setup'); };
export const map = (line, ctx) => { n++; if (line === 'b') ${hang} ctx.emit(line, n); };`;
    const { pairs, notes } = await skippingOutput(program, { text: 'a\na\nb\na\n', recordPolls: 100 });
    expect(pairs).to.deep.equal([
      ['setup', 1],
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ]);
    expect(notes).to.deep.include({ userCounters: { setup: 1 }, logLines: ['setup'] });
  });

  it('leaves its memory to the next sandbox, however many are lost', async () => {
    const map = `(line, ctx) => { ctx.emit(line, 1); if (line === 'b') { ${fill} } }`;
    const before = process.memoryUsage.rss();
    let most = 0;
    const memoryBytes = 64 * 1024 * 1024;
    const onSkip = () => {
      most = Math.max(most, process.memoryUsage.rss());
    };
    const { pairs, skipped } = await skippingAttempt({ map }, { text: 'a\nb\n'.repeat(8), memoryBytes, onSkip });
    expect([pairs.length, skipped.length]).to.deep.equal([8, 8]);
    expect(most - before).to.be.lessThan(3 * memoryBytes);
  });

  it('is not blamed for memory that others have filled', async () => {
    const program = `let held = []; export const map = (line, ctx) => { held.push(new Uint8Array(4e6)); ctx.emit(line, 1); };`;
    const lines = Array.from({ length: 40 }, (_, i) => String(i));
    const { skipped, pairs } = await skippingOutput(program, {
      text: lines.map(
        line =>
          ({
            path: 'input/a.txt',
            format: 'text',
            bytes: Buffer.from(line),
            offset: Number(line) * 9,
            records: 1,
          }) as const,
      ),
      memoryBytes: 32 * 1024 * 1024,
    });
    expect(skipped).to.deep.equal([]);
    expect(pairs.map(([key]) => key)).to.deep.equal(lines);
  });

  it('fails the attempt of a program with teardown, which would give out less than map has kept', async () => {
    const program = `export const map = line => { if (line === 'b') ${hang} }; export const teardown = () => {};`;
    const run = skippingAttempt(program, { text: 'a\nb\n', recordPolls: 100 });
    const error = await run.catch(thrown => thrown.error);
    expect(error).to.include({ code: 'task_timeout', record: 'b' });
    expect(error.message).to.match(/not skipped in a program with teardown/);
  });

  it('ends the attempt if too many hang', async () => {
    const run = skippingAttempt({ map: `() => { ${hang} }` }, { text: 'b\n'.repeat(12), recordPolls: 20 });
    expect(await run.catch(thrown => thrown.error)).to.include({ code: 'task_timeout', offset: 20 });
  });

  it('is found by its pairs, if one of these cannot be taken', async () => {
    const map = `(line, ctx) => { ctx.emit(line, 1); if (line === 'b') ctx.emit('\\u{ffff}'.repeat(1e6), 1); ctx.emit(line, 2); }`;
    for (const text of ['b', 'b\n', 'a\nb\nc\n', 'a\nc\nd\ne\nb\nb\nf', 'a\nb']) {
      const { pairs, skipped, errors } = await skippingOutput({ map }, { text });
      const good = text.replaceAll(/[b\n]/g, '');
      expect(pairs.map(([key]) => key).join('')).to.equal(good.replaceAll(/./g, '$&$&'));
      expect(skipped.map(([, record]) => record).join('')).to.equal(text.replaceAll(/[^b]/g, ''));
      for (const { code, message } of errors) {
        expect(code).to.equal('user_code_error');
        expect(message).to.match(/key/);
      }
    }
  });

  it('is the same one on every run, since steps are counted and not seconds', async () => {
    const map = '(line, ctx) => { for (let i = 0; i < Number(line) * 1e4; i++); ctx.emit(line, 1); }';
    const text = Array.from({ length: 10 }, (_, i) => `${10 + 5 * i}\n`).join('');
    const [first, second] = [
      await skippingOutput({ map }, { text, recordPolls: 60 }),
      await skippingOutput({ map }, { text, recordPolls: 60 }),
    ];
    expect(first.skipped).to.have.length.within(1, 9);
    expect(first).to.deep.equal(second);
  });
});
