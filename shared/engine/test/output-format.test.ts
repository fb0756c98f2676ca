import { dataPlaneLimits, type OutputFormat, TaskError } from '@gridmr/contracts';
import { formatPair, propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { ByteBuffer } from '../dist/byte-buffer.js';
import type { Key } from '../dist/key-encoding.js';
import { createFormatter } from '../dist/output-format.js';
import type { PairBlock } from '../dist/program.js';
import { propertyMs } from './deadlines.js';
import { encodeKeys } from './encoded-keys.js';
import { key, text } from './random-keys.js';
import { valueColumn } from './v8-sandbox.js';

/** A pair whose value is JSON text already. */
type TextPair = readonly [key: Key, json: string];

function pairBlock(pairs: readonly TextPair[]): PairBlock {
  const keys = encodeKeys(pairs.map(([k]) => k));
  const values = valueColumn(pairs.map(([, json]) => json));
  return { count: pairs.length, ...keys, values, partitions: undefined };
}

function format(name: OutputFormat, ...pairs: TextPair[]): string {
  const target = new ByteBuffer(dataPlaneLimits.formattedBytesMax);
  expect(createFormatter(name)(pairBlock(pairs), target)).to.equal(pairs.length);
  return Buffer.from(target.view()).toString();
}

function plainTsv(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const escapes: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
  return Buffer.from(value.replace(/[\t\n\r\\]/g, c => escapes[c]!)).toString();
}

/** JSON text with every character of strings escaped in turn, which means the same. */
function escapedJson(value: string): string {
  let json = '"';
  for (let i = 0; i < value.length; i++) json += `\\u${value.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return `${json}"`;
}

describe('the tsv format', () => {
  const golden: [TextPair, string][] = [
    [['the', '42'], 'the\t42\n'],
    [['a\tb\\', '"c\\nd\\\\\\r\\t"'], 'a\\tb\\\\\tc\\nd\\\\\\r\\t\n'],
    [['', '""'], '\t\n'],
    [[1.5, 'null'], '1.5\tnull\n'],
    [[false, '[1,"a\\tb"]'], 'false\t[1,"a\\tb"]\n'],
    [[['a\t', 1], '{"b":"\\ud800"}'], '["a\\t",1]\t{"b":"\\ud800"}\n'],
    [['quote', '"say \\"hi\\" \\/ \\b\\f"'], 'quote\tsay "hi" / \b\f\n'],
    [['unicode', '"\\u0009\\u005c\\u00e9\\ud83d\\ude00\\u0000é😀"'], 'unicode\t\\t\\\\é😀\0é😀\n'],
    [['lone', '"\\ud800x\\udc00\\ud83d"'], 'lone\t\ufffdx\ufffd\ufffd\n'],
  ];
  for (const [pair, line] of golden) {
    it(`writes ${JSON.stringify(pair)} as ${JSON.stringify(line)}`, () => expect(format('tsv', pair)).to.equal(line));
  }

  it('writes any pairs as a plain formatter does', () => {
    const value = fc.oneof(text, key, fc.jsonValue());
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 4 }), pairs => {
        const lines = pairs.map(([k, v]) => `${plainTsv(k)}\t${plainTsv(v)}\n`);
        expect(format('tsv', ...pairs.map(([k, v]) => [k, JSON.stringify(v)] as const))).to.equal(lines.join(''));
      }),
      propertyOptions(400),
    );
  }).timeout(propertyMs);

  it('reads every string that is written with escapes only', () => {
    const anyText = fc.oneof(
      text,
      fc.array(fc.constantFrom('\ud83d', '\ude00', 'a', '\n'), { maxLength: 6 }).map(t => t.join('')),
    );
    fc.assert(
      fc.property(anyText, t => {
        expect(format('tsv', ['k', escapedJson(t)])).to.equal(`k\t${plainTsv(t)}\n`);
      }),
      propertyOptions(200),
    );
  }).timeout(propertyMs);

  it('keeps a line a line, even if a forged value holds a raw line feed', () => {
    expect(format('tsv', ['k', '"a\nb\tc"'])).to.equal('k\ta\\nb\\tc\n');
  });

  for (const json of ['"', '"a', '"\\"', '"\\x"', '"\\u12"', '"\\u12g4"', '"\\']) {
    it(`refuses the value ${json}`, () => {
      expect(() => format('tsv', ['k', json]))
        .to.throw(TaskError, 'not JSON')
        .with.nested.property('error.code', 'user_code_error');
    });
  }
});

describe('the csv format', () => {
  const golden: [TextPair, string][] = [
    [['the', '42'], 'the,42\n'],
    [['two words', '"C:\\\\new\\t"'], 'two words,C:\\new\t\n'],
    [['', '""'], ',\n'],
    [['a,b', '"say \\"hi\\""'], '"a,b","say ""hi"""\n'],
    [['line\nfeed', '"carriage\\rreturn"'], '"line\nfeed","carriage\rreturn"\n'],
    [[1.5, 'null'], '1.5,null\n'],
    [['1.5', '"null"'], '"1.5","null"\n'],
    [['-1e+5', '"true"'], '"-1e+5","true"\n'],
    [['2026-01-01', '"truest"'], '2026-01-01,truest\n'],
    [[false, '[1,"a"]'], 'false,"[1,""a""]"\n'],
    [[['a', 1], '{}'], '"[""a"",1]",{}\n'],
    [['lone', '"\\ud800x\\u002c"'], 'lone,"\ufffdx,"\n'],
  ];
  for (const [pair, line] of golden) {
    it(`writes ${JSON.stringify(pair)} as ${JSON.stringify(line)}`, () => expect(format('csv', pair)).to.equal(line));
  }

  it('writes any pairs as a plain formatter does', () => {
    const odd = fc.constantFrom('1', '-0', '01', '1e5', 'true', 'null', 'nul', 'a"b', 'a,b', '-', '--1', '1-');
    const value = fc.oneof(text, odd, key, fc.jsonValue());
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(key, odd), value), { maxLength: 4 }), pairs => {
        const lines = pairs.map(([k, v]) => `${formatPair(k, v, 'csv')}\n`);
        expect(format('csv', ...pairs.map(([k, v]) => [k, JSON.stringify(v)] as const))).to.equal(lines.join(''));
      }),
      propertyOptions(400),
    );
  }).timeout(propertyMs);

  for (const json of ['"', '"a', '"\\"', '"\\x"', '"\\u12"']) {
    it(`refuses the value ${json}`, () => {
      expect(() => format('csv', ['k', json])).to.throw(TaskError, 'not JSON');
    });
  }
});

describe('the jsonl format', () => {
  it('writes a key and its value', () => {
    expect(format('jsonl', ['a"', '1'], [['b', 2], '{"c":"\\ud800"}'])).to.equal(
      '{"key":"a\\"","value":1}\n{"key":["b",2],"value":{"c":"\\ud800"}}\n',
    );
  });

  it('writes any pairs as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.jsonValue()), { maxLength: 4 }), pairs => {
        const lines = pairs.map(([k, v]) => `${JSON.stringify({ key: k, value: v })}\n`);
        expect(format('jsonl', ...pairs.map(([k, v]) => [k, JSON.stringify(v)] as const))).to.equal(lines.join(''));
      }),
      propertyOptions(400),
    );
  }).timeout(propertyMs);
});

describe('createFormatter', () => {
  it('stops once the target holds a write buffer, and goes on from there', () => {
    const value = JSON.stringify('x'.repeat(100_000));
    const pairs = pairBlock(Array.from({ length: 7 }, (_, i) => [i, value] as const));
    const formatPairs = createFormatter('tsv');
    const target = new ByteBuffer(dataPlaneLimits.formattedBytesMax);
    const stops: number[] = [];
    let whole = '';
    for (let next = 0; next < pairs.count; ) {
      next = formatPairs(pairs, target, next);
      stops.push(next);
      whole += Buffer.from(target.view()).toString();
      target.clear();
    }
    expect(stops).to.deep.equal([3, 6, 7]);
    expect(whole).to.equal(Array.from({ length: 7 }, (_, i) => `${i}\t${'x'.repeat(100_000)}\n`).join(''));
  }).timeout(propertyMs);
});
