import { type InputRange, TaskError } from '@gridmr/contracts';
import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { recordAt } from '../dist/lines.js';
import { planSplits } from '../dist/splits.js';
import { readTextBlocks, type TextBlockOptions } from '../dist/text-blocks.js';
import { propertyMs } from './deadlines.js';
import { MemoryReader } from './memory-reader.js';

/** `latin1`: one character a byte, whatever the bytes are. */
interface ReadBlock {
  readonly offset: number;
  readonly text: string;
  readonly records: number;
}

function read(content: Uint8Array, start: number, end: number, options?: TextBlockOptions): ReadBlock[] {
  const split: InputRange = { path: 'input/text.txt', start, end, file_bytes: content.length };
  return Array.from(readTextBlocks(new MemoryReader(content), split, options), block => ({
    offset: block.offset,
    text: Buffer.from(block.bytes).toString('latin1'),
    records: block.records,
  }));
}

const texts = (content: string, start: number, end: number, options?: TextBlockOptions) =>
  read(Buffer.from(content), start, end, options).map(block => block.text);

/** What a file's lines are, said plainly: `offset:line with its end`. */
function plainLines(content: Uint8Array): string[] {
  const text = Buffer.from(content).toString('latin1');
  const mark = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  let offset = mark;
  return cutLines(text.slice(mark)).map(line => {
    offset += line.length;
    return `${offset - line.length}:${line}`;
  });
}

const cutLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function linesOfSplits(content: Uint8Array, splitBytes: number, options: TextBlockOptions): string[] {
  const reader = new MemoryReader(content);
  const found: string[] = [];
  for (const split of planSplits([{ path: 'a', bytes: content.length }], splitBytes)) {
    for (const block of readTextBlocks(reader, split.ranges[0]!, options)) {
      const lines = cutLines(Buffer.from(block.bytes).toString('latin1'));
      if (block.records !== lines.length || lines.length === 0) throw new Error(`${block.records} records`);
      for (const [i, line] of lines.entries()) {
        const record = recordAt(block, i);
        const text = Buffer.from(record.bytes).toString('latin1');
        if (text !== line.replace(/\r?\n$/, '')) throw new Error(`record ${i} is ${text}`);
        found.push(`${record.offset}:${line}`);
      }
    }
  }
  return found;
}

describe('readTextBlocks', () => {
  it('gives a line to the split that holds its first byte', () => {
    const content = 'aaa\nbbbbbbb\nc\n';
    expect(texts(content, 0, 6)).to.deep.equal(['aaa\nbbbbbbb\n']);
    expect(texts(content, 6, 12)).to.deep.equal([]);
    expect(texts(content, 12, 14)).to.deep.equal(['c\n']);
  });

  it('gives a line that begins where two splits meet to the second', () => {
    expect(texts('aa\nbb\n', 0, 3)).to.deep.equal(['aa\n']);
    expect(texts('aa\nbb\n', 3, 6)).to.deep.equal(['bb\n']);
  });

  it('cuts blocks behind the last newline that fits', () => {
    expect(read(Buffer.from('aa\nbb\ncc\ndd'), 0, 11, { blockBytes: 7 })).to.deep.equal([
      { offset: 0, text: 'aa\nbb\n', records: 2 },
      { offset: 6, text: 'cc\ndd', records: 2 },
    ]);
  });

  it('lets a block grow for a longer line, and no further than that', () => {
    const long = `${'x'.repeat(100)}\n`;
    const blocks = texts(`a\n${long}${'b\n'.repeat(50)}`, 0, 203, { blockBytes: 4 });
    expect(blocks.slice(0, 3)).to.deep.equal(['a\n', `${long}${'b\n'.repeat(13)}`, 'b\nb\n']);
    expect(blocks.slice(2).map(block => block.length)).to.satisfy((lengths: number[]) => Math.max(...lengths) === 4);
  });

  it('leaves a byte-order mark out of the first record', () => {
    expect(read(Buffer.from('\ufeffa\nb\n'), 0, 7)).to.deep.equal([{ offset: 3, text: 'a\nb\n', records: 2 }]);
    expect(read(Buffer.from('\ufeffa\nb\n'), 0, 1)).to.deep.equal([{ offset: 3, text: 'a\n', records: 1 }]);
    expect(read(Buffer.from('\ufeff'), 0, 3)).to.deep.equal([]);
    expect(texts('a\n\ufeffb\n', 2, 7)).to.deep.equal([Buffer.from('\ufeffb\n').toString('latin1')]);
  });

  it('gives nothing to a split in the middle of a long line, and reads only that split for it', () => {
    const content = Buffer.alloc(10_000, 'x');
    const reader = new MemoryReader(content);
    const split: InputRange = { path: 'a', start: 1000, end: 2000, file_bytes: content.length };
    expect([...readTextBlocks(reader, split, { blockBytes: 256 })]).to.deep.equal([]);
    expect(reader.reads).to.equal(4);
  });

  it('finishes a last line that goes on far past its split', () => {
    const content = `a\n${'x'.repeat(300_000)}\nb\n`;
    expect(texts(content, 0, 3, { blockBytes: 64 })).to.deep.equal(['a\n', `${'x'.repeat(300_000)}\n`]);
  });

  it('finds every line in exactly one split, whatever the text, at every split size', () => {
    const piece = fc.constantFrom('a', 'bcd', '\n', '\r\n', '\r', '\n\n', '\0', 'é', '😀', '\ufeff', 'x'.repeat(9));
    const bytes = fc.oneof(
      fc.array(piece, { maxLength: 14 }).map(pieces => Buffer.from(pieces.join(''))),
      fc
        .array(fc.constantFrom(0x0a, 0x0d, 0x00, 0x61, 0x80, 0xff, 0xc0, 0xef, 0xbb, 0xbf), { maxLength: 20 })
        .map(b => Buffer.from(b)),
    );
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 12 }), (content, blockBytes) => {
        const expected = plainLines(content);
        for (let splitBytes = 1; splitBytes <= content.length + 1; splitBytes++) {
          expect(linesOfSplits(content, splitBytes, { blockBytes }), `splits of ${splitBytes}`).to.deep.equal(expected);
        }
      }),
      propertyOptions(60),
    );
  }).timeout(propertyMs);

  const limited = { blockBytes: 4, recordBytesMax: 10 };

  for (const end of ['\n', '\r\n', '']) {
    const name = JSON.stringify(end);
    it(`takes a record of the greatest length that ends with ${name}`, () => {
      const line = `${'x'.repeat(10)}${end}`;
      expect(texts(`a\n${line}`, 0, 2 + line.length, limited)).to.deep.equal(['a\n', line]);
    });

    it(`refuses one byte more that ends with ${name}, and says where`, () => {
      const line = `${'x'.repeat(11)}${end}`;
      expect(() => texts(`a\n${line}`, 0, 2 + line.length, limited))
        .to.throw(TaskError, 'more than 10 bytes, which begins at byte 2')
        .with.property('error')
        .that.includes({ code: 'record_too_large', input_path: 'input/text.txt', offset: 2 });
    });
  }

  it('refuses a line that is too long and begins at the end of its split', () => {
    expect(() => texts(`a\n${'x'.repeat(50)}`, 0, 3, limited)).to.throw(TaskError, 'more than 10 bytes');
  });

  it('refuses a file that has become shorter, before or while it is read', () => {
    const split: InputRange = { path: 'a', start: 0, end: 8, file_bytes: 8 };
    const shorter = new MemoryReader(Buffer.from('aaaa\n'));
    expect(() => readTextBlocks(shorter, split).next())
      .to.throw(TaskError, 'had 8 bytes and ends at byte 5 now')
      .with.nested.property('error.code', 'input_changed');
    class Shrinking extends MemoryReader {
      override get bytes() {
        return 8;
      }
    }
    expect(() => readTextBlocks(new Shrinking(Buffer.from('aaaa\n')), split).next())
      .to.throw(TaskError, 'ends at byte 5')
      .with.nested.property('error.code', 'input_changed');
  });

  it('reads a file that has grown as it was when it was planned', () => {
    const split: InputRange = { path: 'a', start: 0, end: 5, file_bytes: 5 };
    const [block] = readTextBlocks(new MemoryReader(Buffer.from('aa\nbbcc\n')), split);
    expect(Buffer.from(block!.bytes).toString()).to.equal('aa\nbb');
  });
});

describe('recordAt', () => {
  const block = {
    path: 'a',
    format: 'text',
    bytes: Buffer.from('aa\r\n\nb\rc\n\rd'),
    offset: 100,
    records: 4,
  } as const;
  for (const [index, offset, text] of [
    [0, 100, 'aa'],
    [1, 104, ''],
    [2, 105, 'b\rc'],
    [3, 109, '\rd'],
  ] as const) {
    it(`finds record ${index}, without its end of line`, () => {
      const record = recordAt(block, index);
      expect([record.offset, Buffer.from(record.bytes).toString()]).to.deep.equal([offset, text]);
    });
  }

  it('refuses a record that the block does not have', () => {
    for (const index of [-1, 4, 0.5]) expect(() => recordAt(block, index)).to.throw(RangeError, '4 records');
  });
});
