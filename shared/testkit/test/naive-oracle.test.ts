import { compareKeys, formatPair, normaliseKey, readRecords, runOracle, sortLines } from '@gridmr/testkit';
import { expect } from 'chai';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const input = (text: string, path = 'in.txt') => ({ path, bytes: utf8(text) });
const functions = (map_function: string, reduce_function?: string, partition_function?: string) => ({
  form: 'functions' as const,
  map_function,
  ...(reduce_function === undefined ? {} : { reduce_function }),
  ...(partition_function === undefined ? {} : { partition_function }),
});

describe('readRecords', () => {
  const texts = (bytes: Uint8Array | string) =>
    readRecords({ path: 'a', bytes: typeof bytes === 'string' ? utf8(bytes) : bytes }, 'text').map(r => r.record);

  it('cuts at line feeds and makes no empty record of the last one', () => {
    expect(texts('')).to.deep.equal([]);
    expect(texts('\n')).to.deep.equal(['']);
    expect(texts('a\n\nb')).to.deep.equal(['a', '', 'b']);
    expect(texts('a\nb\n')).to.deep.equal(['a', 'b']);
  });

  it('takes one carriage return away before a line feed, and no other', () => {
    expect(texts('a\r\nb\r\r\nc\rd\n\r')).to.deep.equal(['a', 'b\r', 'c\rd', '\r']);
  });

  it('drops a byte order mark at the start only, and replaces invalid bytes', () => {
    expect(texts('\ufeffa\n\ufeffb\n')).to.deep.equal(['a', '\ufeffb']);
    expect(texts(Uint8Array.of(0x61, 0xff, 0x0a, 0xf0, 0x9f))).to.deep.equal(['a\ufffd', '\ufffd']);
  });

  it('says at which byte each record begins', () => {
    const offsets = (text: string) => readRecords(input(text), 'text').map(record => record.offset);
    expect(offsets('é\r\n😀\n\nx')).to.deep.equal([0, 4, 9, 10]);
    expect(offsets('\ufeffa\nb')).to.deep.equal([3, 5]);
  });

  it('reads JSON lines, and no blank ones', () => {
    expect(readRecords(input('{"a":1}\r\n\n \t\n2\n'), 'jsonl')).to.deep.equal([
      { record: { a: 1 }, offset: 0 },
      { record: 2, offset: 13 },
    ]);
  });

  it('reads CSV by its header', () => {
    const read = (text: string) => readRecords(input(text), 'csv');
    expect(read('\ufeffa,"b ""c"""\r\n1,\n\n"2\n,","""é"""')).to.deep.equal([
      { record: { a: '1', 'b "c"': '' }, offset: 16 },
      { record: { a: '2\n,', 'b "c"': '"é"' }, offset: 20 },
    ]);
    expect(read('')).to.deep.equal([]);
    expect(read('a\n""\n')).to.deep.equal([{ record: { a: '' }, offset: 2 }]);
    for (const wrong of ['a,a\n', 'a,b\n1\n', 'a\n"1\n', 'a\n1"2"\n', 'a\n"1"2\n', '\na\n']) {
      expect(() => read(wrong), wrong).to.throw();
    }
  });

  it('takes whole files', () => {
    const text = { path: 'in.txt', text: 'a\n' };
    expect(readRecords(input('\ufeffa\n'), 'whole_file')).to.deep.equal([{ record: text, offset: 0 }]);
    expect(readRecords(input('a'), 'bytes')).to.deep.equal([{ record: input('a'), offset: 0 }]);
  });
});

describe('compareKeys', () => {
  it('puts booleans before numbers before strings before arrays', () => {
    const ordered = [false, true, -1e9, -0.5, 0, 2, 10, '', '10', '2', 'a', 'ab', '\uffee', '😀', [], [[]], ['a', 'b']];
    const keys = ordered.map(normaliseKey);
    expect([...keys].reverse().sort(compareKeys)).to.deep.equal([...keys.slice(0, -2), ['a', 'b'], [[]]]);
  });

  it('compares arrays element by element, the shorter first', () => {
    const keys = [[], [1], [1, 1], [1, 'a'], [2], ['a'], ['a', ''], [[]]];
    expect([...keys].reverse().map(normaliseKey).sort(compareKeys)).to.deep.equal(keys);
  });
});

describe('normaliseKey', () => {
  it('mends lone surrogates and minus zero', () => {
    expect(normaliseKey('a\ud800b')).to.equal('a\ufffdb');
    expect(normaliseKey('\ufeffx')).to.equal('\ufeffx');
    expect(Object.is(normaliseKey([-0]), -0)).to.equal(false);
    expect(normaliseKey([[-0, '\udc00']])).to.deep.equal([[0, '\ufffd']]);
  });

  it('refuses what is no key', () => {
    for (const key of [null, undefined, {}, Number.NaN, Number.POSITIVE_INFINITY, [null]]) {
      expect(() => normaliseKey(key), String(key)).to.throw(TypeError);
    }
  });
});

describe('formatPair', () => {
  it('writes strings bare and escaped, everything else as JSON', () => {
    expect(formatPair('a\tb\\', 'x\ny\r', 'tsv')).to.equal('a\\tb\\\\\tx\\ny\\r');
    expect(formatPair([1, 'a\t'], { b: '\t' }, 'tsv')).to.equal('[1,"a\\t"]\t{"b":"\\t"}');
    expect(formatPair(true, null, 'tsv')).to.equal('true\tnull');
    expect(formatPair('a\tb', ['x'], 'jsonl')).to.equal('{"key":"a\\tb","value":["x"]}');
  });
});

describe('runOracle', () => {
  const count = functions(
    "line => line.split(' ').map(word => [word, 1])",
    '(word, ones) => [word, ones.reduce((a, b) => a + b)]',
  );

  it('counts words over several files, in key order', async () => {
    const result = await runOracle({ program: count, inputs: [input('b a\nb\n'), input('a 😀 b\uffee')] });
    expect(result.parts).to.deep.equal([['a\t2', 'b\t2', 'b\uffee\t1', '😀\t1']]);
    expect(result.counters).to.deep.equal({
      map_input_records: 3,
      map_output_records: 6,
      reduce_input_groups: 4,
      reduce_input_records: 6,
      reduce_output_records: 4,
    });
  });

  it('spreads groups over partitions as it is told', async () => {
    const job = { program: count, inputs: [input('a bb c dd')], numReducers: 2 };
    const result = await runOracle(job, (key, reducers) => String(key).length % reducers);
    expect(result.parts).to.deep.equal([
      ['bb\t1', 'dd\t1'],
      ['a\t1', 'c\t1'],
    ]);
    expect(result.sortedLines).to.deep.equal((await runOracle(job)).sortedLines);
  });

  it('prefers the program’s own partition function, and checks it', async () => {
    const program = functions('line => [[line, 1]]', '(k) => [k, 1]', '(key, n) => Number(key)');
    const result = await runOracle({ program, inputs: [input('1\n0\n')], numReducers: 2 }, () => 0);
    expect(result.parts).to.deep.equal([['0\t1'], ['1\t1']]);
    let refusal: unknown;
    await runOracle({ program, inputs: [input('2\n')], numReducers: 2 }).catch(error => {
      refusal = error;
    });
    expect(refusal).to.be.instanceOf(RangeError);
  });

  it('keeps values in input order, and the order of records in a map-only job', async () => {
    const map = 'function map(line, ctx) { ctx.emit(line[0], line); return [[line[0], "r"]]; }';
    const inputs = [input('b1\na1\nb2')];
    const reduced = await runOracle({ program: functions(map, '(k, values) => [k, values.toArray()]'), inputs });
    expect(reduced.parts).to.deep.equal([['a\t["a1","r"]', 'b\t["b1","r","b2","r"]']]);
    const mapped = await runOracle({ program: functions(map), inputs });
    expect(mapped.parts).to.deep.equal([['b\tb1', 'b\tr', 'a\ta1', 'a\tr', 'b\tb2', 'b\tr']]);
    expect(mapped.counters.reduce_output_records).to.equal(0);
  });

  it('takes one pair, an iterable of pairs, emitted pairs or nothing from reduce', async () => {
    const reduce = `function (key, values, ctx) {
      if (key === 'one') return [key, 1];
      if (key === 'many') return new Set([[key, 1], [key, 2]]);
      if (key === 'emit') ctx.emit(key, undefined);
    }`;
    const program = functions('line => [[line, NaN]]', reduce);
    const result = await runOracle({ program, inputs: [input('one\nmany\nemit\nnone\n')] });
    expect(result.parts).to.deep.equal([['emit\tnull', 'many\t1', 'many\t2', 'one\t1']]);
  });

  it('runs modules afresh each time, with setup, teardown, parameters and counters', async () => {
    const program = {
      form: 'module' as const,
      program: `let seen = 0;
        export function setup(ctx) { seen = ctx.params.start; }
        export function map(line, ctx) { seen++; ctx.count('lines'); }
        export function teardown(ctx) { ctx.emit('seen', seen); }`,
    };
    const job = { program, inputs: [input('a\nb')], parameters: { start: 10 } };
    expect((await runOracle(job)).parts).to.deep.equal([['seen\t12']]);
    const again = await runOracle(job);
    expect(again.parts).to.deep.equal([['seen\t12']]);
    expect([...again.userCounters]).to.deep.equal([['lines', 2]]);
  });

  it('hands out values once, with the helpers of iterators', async () => {
    const reduce = `(key, values) => [key, [
      values.take(1).toArray(), values.drop(1).next().value, values.find(v => v > 4),
      values.some(v => v === 6), values.map(v => v * 2).filter(v => v > 14).flatMap(v => [v, v]).toArray(), [...values],
    ]]`;
    const program = functions('line => [["k", Number(line)]]', reduce);
    const result = await runOracle({ program, inputs: [input('1\n2\n3\n4\n5\n6\n7\n8\n')] });
    expect(result.parts).to.deep.equal([['k\t[[1],3,5,true,[16,16],[]]']]);
  });
});

describe('sortLines', () => {
  it('sorts by bytes and leaves the lines it is given alone', () => {
    const lines = ['😀', '\uffee', 'a'];
    expect(sortLines(lines)).to.deep.equal(['a', '\uffee', '😀']);
    expect(lines[0]).to.equal('😀');
  });
});

describe('runOracle where bad records are skipped', () => {
  it('takes back what a bad record emitted and counted, and says where it stands', async () => {
    const map = '(line, ctx) => { ctx.emit(line, 1); ctx.count(line); if (line === "b") throw 1; }';
    const job = { program: functions(map), inputs: [input('a\nb\nc\nb\n')], skipsBadRecords: true };
    const { parts, skipped, userCounters, counters } = await runOracle(job);
    expect(parts).to.deep.equal([['a\t1', 'c\t1']]);
    expect(skipped.map(({ offset }) => offset)).to.deep.equal([2, 6]);
    expect([...userCounters]).to.deep.equal([
      ['a', 1],
      ['c', 1],
    ]);
    expect(counters.map_input_records).to.equal(4);
    const strict = runOracle({ ...job, skipsBadRecords: false });
    expect(await strict.catch(error => error)).to.equal(1);
  });

  it('skips what is not JSON or CSV', async () => {
    const program = functions('record => [[Object.values(record).join(), 1]]');
    const run = async (text: string, inputFormat: 'jsonl' | 'csv') => {
      const { parts, skipped } = await runOracle({
        program,
        inputs: [input(text)],
        inputFormat,
        skipsBadRecords: true,
      });
      return [parts[0]?.map(line => line[0]).join(''), skipped.map(({ offset }) => offset)];
    };
    expect(await run('{"a":1}\n{\n\n{"a":2}', 'jsonl')).to.deep.equal(['12', [8]]);
    expect(await run('a\n1\n2,3\n"4"\n5"6"\n"7\n8\n', 'csv')).to.deep.equal(['14', [4, 12, 17]]);
  });
});
