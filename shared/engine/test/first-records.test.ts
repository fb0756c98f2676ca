import type { InputFormat } from '@gridmr/contracts';
import { expect } from 'chai';
import { firstRecords } from '../dist/first-records.js';
import type { RecordBlock } from '../dist/program.js';

async function* blocksOf(format: InputFormat, texts: readonly [string, number][]): AsyncGenerator<RecordBlock> {
  for (const [text, records] of texts) yield { path: 'x', format, bytes: Buffer.from(text), offset: 0, records };
}

async function textOf(format: InputFormat, texts: readonly [string, number][], recordsMax: number) {
  const taken: [string, number][] = [];
  for await (const { bytes, records } of firstRecords(blocksOf(format, texts), recordsMax)) {
    taken.push([Buffer.from(bytes).toString(), records]);
  }
  return taken;
}

describe('the first records of a split', () => {
  it('end in the middle of a block, or where it ends', async () => {
    const lines: [string, number][] = [
      ['a\nb\n', 2],
      ['c\nd\ne', 3],
    ];
    expect(await textOf('text', lines, 1)).to.deep.equal([['a\n', 1]]);
    expect(await textOf('text', lines, 2)).to.deep.equal([['a\nb\n', 2]]);
    expect(await textOf('text', lines, 4)).to.deep.equal([
      ['a\nb\n', 2],
      ['c\nd\n', 2],
    ]);
    expect(await textOf('text', lines, 100)).to.deep.equal(lines);
  });

  it('do not count blank lines of JSON lines, nor line ends in quotes of CSV', async () => {
    expect(await textOf('jsonl', [['\n1\n \n2\n3\n', 3]], 2)).to.deep.equal([['\n1\n \n2\n', 2]]);
    expect(await textOf('csv', [['"a\nb",1\n\nc,2\nd,3\n', 3]], 2)).to.deep.equal([['"a\nb",1\n\nc,2\n', 2]]);
  });

  it('are whole files where a file is a record', async () => {
    const files: [string, number][] = [
      ['one\n', 1],
      ['two\n', 1],
    ];
    expect(await textOf('whole_file', files, 1)).to.deep.equal([['one\n', 1]]);
  });
});
