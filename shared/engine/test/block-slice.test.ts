import { expect } from 'chai';
import { sliceBlock } from '../dist/block-slice.js';
import type { RecordBlock } from '../dist/program.js';

const block = (format: RecordBlock['format'], text: string, records: number): RecordBlock => ({
  path: 'a',
  format,
  bytes: Buffer.from(text),
  offset: 100,
  records,
});

function slice(whole: RecordBlock, from: number, to: number) {
  const { bytes, offset, records } = sliceBlock(whole, from, to);
  return [Buffer.from(bytes).toString(), offset, records];
}

describe('sliceBlock', () => {
  it('gives some records with their place and number', () => {
    const lines = block('text', 'a\n\nbc\nd', 4);
    expect(slice(lines, 0, 2)).to.deep.equal(['a\n\n', 100, 2]);
    expect(slice(lines, 2, 3)).to.deep.equal(['bc\n', 103, 1]);
    expect(slice(lines, 3, 9)).to.deep.equal(['d', 106, 1]);
    expect(slice(lines, 4, 9)).to.deep.equal(['', 107, 0]);
    expect(slice(lines, 9, Number.POSITIVE_INFINITY)).to.deep.equal(['', 107, 0]);
    expect(slice(lines, 1, 1)).to.deep.equal(['', 102, 0]);
  });

  it('counts blank lines as numbers and not as records', () => {
    expect(slice(block('jsonl', '1\n \n2\n', 2), 1, 3)).to.deep.equal([' \n2\n', 102, 1]);
    expect(slice(block('csv', '"a\n"\n\r\nb\n', 2), 0, 2)).to.deep.equal(['"a\n"\n\r\n', 100, 1]);
  });

  it('gives the only record of a file, or none', () => {
    expect(slice(block('whole_file', '', 1), 0, 1)).to.deep.equal(['', 100, 1]);
    expect(slice(block('bytes', 'a\nb', 1), 0, 1)).to.deep.equal(['a\nb', 100, 1]);
    expect(slice(block('bytes', 'a\nb', 1), 1, 2)).to.deep.equal(['', 100, 0]);
  });
});
