import type { OutputFormat } from '@gridmr/contracts';
import { formatPair, randomFor } from '@gridmr/testkit';
import { expect } from 'chai';
import { convertRecords } from '../dist/results/convert-records.js';
import { keyKindsOf } from '../dist/results/key-kinds.js';
import { takeRecords } from '../dist/results/take-records.js';
import { chunked, textOf } from './chunked.js';

const formats: readonly OutputFormat[] = ['tsv', 'csv', 'jsonl'];
const convert = (text: string, from: OutputFormat, to: OutputFormat, size = 1 << 16) =>
  textOf(convertRecords(chunked(text, size), from, to));

describe('convertRecords', () => {
  const pairs: [string, unknown][] = [
    ['the', 42],
    ['', ''],
    ['tab\there', ['x\ty', { 'a\n': null }]],
    ['back\\slash \\t', 'C:\\new'],
    ['ünï 😀', -0.5e-7],
    ['a\r\nb', true],
    ['[not json', '{neither'],
    ['truest', 'nullable'],
    [' 1', '01'],
    ['"quoted"', false],
  ];
  const stored = (format: OutputFormat) => pairs.map(([key, value]) => `${formatPair(key, value, format)}\n`).join('');

  for (const from of formats) {
    for (const to of formats.filter(format => format !== from)) {
      for (const size of [1, 2, 7, 1 << 16]) {
        it(`gives from ${from} what would have been stored as ${to}, from chunks of ${size} bytes`, async () => {
          expect(await convert(stored(from), from, to, size)).to.equal(stored(to));
        });
      }
    }
  }

  const random = randomFor('convert-records');
  const letters = ['\\', 't', 'n', 'r', '\t', '\n', '\r', '"', ',', '[', '{', 'é', '😀', ' ', 'x', '1'];
  const anyText = () => Array.from({ length: random.int(0, 8) }, () => random.pick(letters)).join('');

  for (const from of formats) {
    it(`gives back from ${from} any string that is no JSON text of another type`, async () => {
      for (let i = 0; i < 300; i++) {
        const text = `x${anyText()}`;
        const line = await convert(`${formatPair(text, text, from)}\n`, from, 'jsonl');
        expect(JSON.parse(line)).to.deep.equal({ key: text, value: text });
      }
    });
  }

  it('gives back from csv any string that is not the text of an array or object', async () => {
    for (const text of ['1', '-0.5e-7', 'true', 'null', '', '"', '""', '01', '[1', '{', '"1"', 'a,b\r\nc']) {
      const line = await convert(`${formatPair(text, text, 'csv')}\n`, 'csv', 'jsonl');
      expect(JSON.parse(line)).to.deep.equal({ key: text, value: text });
    }
  });

  it('keeps every digit of a number, whatever the way', async () => {
    const line = '{"key":"k","value":12345678901234567890}\n';
    for (const by of formats) expect(await convert(await convert(line, 'jsonl', by), by, 'jsonl')).to.equal(line);
  });

  it('reads the text of a number as a number, because tsv cannot tell the two apart', async () => {
    expect(await convert('1\ttrue\n', 'tsv', 'jsonl')).to.equal('{"key":1,"value":true}\n');
  });

  it('knows of keys in order what they are', async () => {
    const ascendingKeys = { booleans: 1, numbers: 1, strings: 3, arrays: 1 };
    const known = keyKindsOf([{ records: 6, ascendingKeys }]);
    for (const format of ['tsv', 'csv'] as const) {
      const keys = [true, 1, '1', '[1]', 'true', [1]];
      const text = keys.map(key => `${formatPair(key, 0, format)}\n`).join('');
      const converted = await textOf(
        convertRecords(chunked(text, 3), format, 'jsonl', keyKindsOf([{ records: 6, ascendingKeys }])),
      );
      expect(converted).to.equal(keys.map(key => `${JSON.stringify({ key, value: 0 })}\n`).join(''));
    }
    expect(Array.from({ length: 7 }, known)).to.deep.equal([false, false, true, true, true, false, undefined]);
  });

  it('refuses what is no pair', async () => {
    for (const [format, text] of [
      ['tsv', 'no tab\n'],
      ['csv', 'no comma\n'],
      ['csv', 'a,"b\n'],
      ['csv', 'a,"b"c\n'],
      ['jsonl', '[1]\n'],
      ['jsonl', '{"key":1}\n'],
    ] as const) {
      const error = await convert(text, format, format === 'jsonl' ? 'tsv' : 'jsonl').then(
        () => undefined,
        (failure: Error) => failure,
      );
      expect(error, text)
        .to.be.instanceOf(Error)
        .with.property('message')
        .that.matches(/of a part is not/);
    }
  });

  it('converts a last line without its end', async () => {
    const both = '{"key":"a","value":1}\n{"key":"b","value":2}\n';
    expect(await convert('a\t1\nb\t2', 'tsv', 'jsonl', 3)).to.equal(both);
    expect(await convert('a,1\nb,2', 'csv', 'jsonl', 3)).to.equal(both);
  });
});

describe('takeRecords', () => {
  for (const size of [1, 3, 100]) {
    it(`cuts after the last line that is wanted, in chunks of ${size} bytes`, async () => {
      expect(await textOf(takeRecords(chunked('one\ntwo\nthree\n', size), 'tsv', 2))).to.equal('one\ntwo\n');
    });
  }

  for (const size of [1, 2, 7, 100]) {
    it(`does not cut inside quotes, in chunks of ${size} bytes`, async () => {
      const text = 'a,"1\n""2"\n"b\n",","\n';
      expect(await textOf(takeRecords(chunked(text, size), 'csv', 1))).to.equal('a,"1\n""2"\n');
      expect(await textOf(takeRecords(chunked(text, size), 'csv', 2))).to.equal(text);
    });
  }

  it('gives everything if there are fewer', async () => {
    expect(await textOf(takeRecords(chunked('one\ntwo', 2), 'jsonl', 9))).to.equal('one\ntwo');
  });

  it('tells its source to stop', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield Buffer.from('line\n');
      } finally {
        closed = true;
      }
    }
    await textOf(takeRecords(source(), 'tsv', 3));
    expect(closed).to.equal(true);
  });
});
