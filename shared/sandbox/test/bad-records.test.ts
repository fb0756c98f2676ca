/** Records that are not what their format says, and programs that fail on records of each format: who is to blame, and where. */
import type { InputFormat } from '@gridmr/contracts';
import { expect } from 'chai';
import { failure, output } from './attempt.js';
import { blocksOf } from './input-files.js';
import { openOnQuickJs } from './quickjs-opener.js';

const blocksFrom = (format: InputFormat, content: string | Uint8Array) =>
  blocksOf([{ path: 'input/x', bytes: Buffer.from(content) }], { format, splitBytes: 1000, blockBytes: 64 });

describe('a record that is not what its format says', () => {
  const cases: [InputFormat, string, { offset: number; record: string }, RegExp][] = [
    [
      'jsonl',
      '{"a":1}\n\n{"a":é}\r\n',
      { offset: 9, record: '{"a":é}' },
      /^input\/x: the record at byte 9 is not JSON: ./,
    ],
    ['jsonl', '1\n2 3\n', { offset: 2, record: '2 3' }, /at byte 2 is not JSON/],
    ['jsonl', '1\n\0\n', { offset: 2, record: '\0' }, /at byte 2 is not JSON/],
    [
      'csv',
      'a,b\n1,2\n"3\n"\n',
      { offset: 8, record: '"3\n"' },
      /at byte 8 has 1 field, but the first line .* names 2/,
    ],
    ['csv', 'a,b\n\n1,2,3\n', { offset: 5, record: '1,2,3' }, /at byte 5 has 3 fields, but .* names 2/],
    ['csv', 'a,b\n1,2"3"\n', { offset: 4, record: '1,2"3"' }, /a quote inside a field that does not begin with one/],
    ['csv', 'a,b\n1,"2"3\n', { offset: 4, record: '1,"2"3' }, /text between a closing quote and the next comma/],
    ['csv', 'a,b\n1,2\n3,"4\n5', { offset: 8, record: '3,"4\n5' }, /a quote that is never closed/],
    ['csv', 'a\n"\x1e"\n"1"2\n', { offset: 6, record: '"1"2' }, /text between/],
  ];
  for (const [format, text, place, message] of cases) {
    it(`is named with its place: ${format} ${JSON.stringify(text)}`, async () => {
      const map = '(record, ctx) => { try { ctx.emit("a", 1); } catch {} }';
      const error = await failure(openOnQuickJs, { map }, { text: await blocksFrom(format, text) });
      expect(error).to.deep.include({ code: 'invalid_record', input_path: 'input/x', ...place });
      expect(error).not.to.have.any.keys('function', 'line');
      expect(error.message).to.match(message);
    });
  }
});

describe('a program that fails on a record', () => {
  it('of csv is to blame itself', async () => {
    const text = await blocksFrom('csv', 'a\n\n"1\n2"\n');
    const error = await failure(openOnQuickJs, { map: '() => { throw new SyntaxError("mine") }' }, { text });
    expect(error).to.include({ code: 'user_code_error', input_path: 'input/x', offset: 3, record: '"1\n2"', line: 1 });
  });

  it('of bytes sees their beginning in hexadecimal', async () => {
    const text = await blocksFrom('bytes', Uint8Array.of(0, 255));
    expect(await failure(openOnQuickJs, { map: '() => { null.x }' }, { text })).to.include({
      offset: 0,
      record: '00ff',
    });
  });
});

describe('a program that redefines builtins', () => {
  const program = `JSON.parse = () => 7; globalThis.Function = null; globalThis.Uint8Array = null; globalThis.SyntaxError = null;
Object.getPrototypeOf = () => null; Array.prototype.push = null; Array.prototype[Symbol.iterator] = null;
Object.defineProperty(Object.prototype, 'a', { set() { throw 1; } });
export const map = (record, ctx) => ctx.emit('k', record.a ?? record.bytes.length);`;
  const cases: [InputFormat, string, unknown[]][] = [
    ['jsonl', '{"a":1}\n\n{"a":2}', [1, 2]],
    ['csv', 'a\n"1"\n2\n', ['1', '2']],
    ['bytes', '1', [1]],
  ];
  for (const [format, content, values] of cases) {
    it(`gets the right records of ${format}`, async () => {
      const pairs = await output(openOnQuickJs, program, { text: await blocksFrom(format, content) });
      expect(pairs.map(([, value]) => value)).to.deep.equal(values);
    });
  }
});
