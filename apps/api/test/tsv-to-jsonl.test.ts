import type { OutputFormat } from '@gridmr/contracts';
import { formatPair, randomFor } from '@gridmr/testkit';
import { expect } from 'chai';
import { takeLines } from '../dist/take-lines.js';
import { convertLine, tsvToJsonl } from '../dist/tsv-to-jsonl.js';

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

describe('tsvToJsonl', () => {
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

  for (const size of [1, 2, 7, 1 << 16]) {
    it(`gives what would have been stored as jsonl, from chunks of ${size} bytes`, async () => {
      expect(await textOf(tsvToJsonl(chunked(stored('tsv'), size)))).to.equal(stored('jsonl'));
    });
  }

  it('gives back any string that is no JSON text of another type', async () => {
    const random = randomFor('tsv-to-jsonl');
    const letters = ['\\', 't', 'n', 'r', '\t', '\n', '\r', '"', '[', '{', 'é', '😀', ' ', 'x'];
    for (let i = 0; i < 500; i++) {
      const text = `x${Array.from({ length: random.int(0, 8) }, () => random.pick(letters)).join('')}`;
      const line = formatPair(text, text, 'tsv');
      expect(JSON.parse(convertLine(line))).to.deep.equal({ key: text, value: text });
    }
  });

  it('keeps every digit of a number', () => {
    expect(convertLine('k\t12345678901234567890')).to.equal('{"key":"k","value":12345678901234567890}\n');
  });

  it('reads the text of a number as a number, because tsv cannot tell the two apart', () => {
    expect(convertLine('1\ttrue')).to.equal('{"key":1,"value":true}\n');
  });

  it('refuses a line that is no pair', () => {
    expect(() => convertLine('no tab')).to.throw(/not a key, a tab and a value/);
  });

  it('converts a last line without its end', async () => {
    expect(await textOf(tsvToJsonl(chunked('a\t1\nb\t2', 3)))).to.equal(
      '{"key":"a","value":1}\n{"key":"b","value":2}\n',
    );
  });
});

describe('takeLines', () => {
  for (const size of [1, 3, 100]) {
    it(`cuts after the last line that is wanted, in chunks of ${size} bytes`, async () => {
      expect(await textOf(takeLines(chunked('one\ntwo\nthree\n', size), 2))).to.equal('one\ntwo\n');
    });
  }

  it('gives everything if there are fewer', async () => {
    expect(await textOf(takeLines(chunked('one\ntwo', 2), 9))).to.equal('one\ntwo');
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
    await textOf(takeLines(source(), 3));
    expect(closed).to.equal(true);
  });
});
