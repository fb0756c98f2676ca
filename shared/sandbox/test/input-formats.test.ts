/** Files through readers and sandbox to what `map` sees, against the naive oracle: every format, tiny blocks, tiny splits. */
import { gzipSync } from 'node:zlib';
import type { InputFormat } from '@gridmr/contracts';
import type { RecordBlock } from '@gridmr/engine';
import {
  hostileCsv,
  hostileInputs,
  hostileJsonLines,
  hostileText,
  propertyOptions,
  readRecords,
} from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { output } from './attempt.js';
import { blocksOf, type File, type Reading } from './input-files.js';
import { openOnQuickJs } from './quickjs-opener.js';

const propertyMs = 60_000;
const runs = 20;

const map = `(record, ctx) => {
  const seen = record?.bytes ? { path: record.path, bytes: Array.from(record.bytes) } : record;
  return [[[ctx.input.path, ctx.input.offset], seen]];
}`;

async function seen(files: readonly File[], reading: Reading): Promise<unknown[]> {
  return output(openOnQuickJs, { map }, { text: await blocksOf(files, reading) });
}

function expected(files: readonly File[], format: InputFormat): unknown[] {
  return files.flatMap(file =>
    readRecords(file, format).map(({ record, offset }) => {
      const value = format === 'bytes' ? { path: file.path, bytes: Array.from(file.bytes) } : record;
      return [[file.path, offset], JSON.parse(JSON.stringify(value))];
    }),
  );
}

async function check(contents: readonly Uint8Array[], reading: Reading): Promise<void> {
  const files = contents.map((bytes, i) => ({ path: `input/${i}`, bytes }));
  expect(await seen(files, reading)).to.deep.equal(expected(files, reading.format));
}

const arbitraryContents: Record<InputFormat, fc.Arbitrary<Uint8Array>> = {
  text: hostileText,
  jsonl: hostileJsonLines,
  csv: hostileCsv,
  whole_file: hostileText,
  bytes: hostileText,
};

describe('input formats', function () {
  this.timeout(propertyMs);
  const sizes = { splitBytes: fc.integer({ min: 1, max: 60 }), blockBytes: fc.integer({ min: 1, max: 40 }) };

  for (const [format, content] of Object.entries(arbitraryContents) as [InputFormat, fc.Arbitrary<Uint8Array>][]) {
    it(`${format} gives the oracle’s records, at any split and block size`, async () => {
      const files = fc.array(content, { maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(fc.record({ files, ...sizes }), ({ files: some, ...rest }) =>
          check(some, { format, ...rest }),
        ),
        propertyOptions(runs),
      );
    });

    it(`${format} gives them from compressed files, too`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.record({ file: content, ...sizes }), async ({ file, ...rest }) => {
          const files = [{ path: 'input/a.gz', bytes: new Uint8Array(gzipSync(file)) }];
          const plain = [{ path: 'input/a.gz', bytes: file }];
          expect(await seen(files, { format, ...rest })).to.deep.equal(expected(plain, format));
        }),
        propertyOptions(runs / 2),
      );
    });
  }

  for (const { name, bytes } of hostileInputs) {
    it(`whole_file and bytes take ${name}`, async () => {
      for (const format of ['whole_file', 'bytes'] as const)
        await check([bytes], { format, splitBytes: 7, blockBytes: 16 });
    });
  }

  describe('csv, cut at each of its bytes', () => {
    const tricky = {
      'line breaks in quotes': 'a,b\n"1\n2","\n"\n"\r\n",3\n4,"5\n"\n',
      'doubled quotes': '"a""",b\r\n"""","""\n"""\r\n"""""\n""",x\r\n"",""\r\n',
      'what looks like the end of quotes': 'a,b\n",","\n,"\n"\n"",","\n\n"\n',
      'no end of line at the end': '\ufeffa,b\n"x\ny",z',
      'characters of several bytes': 'é,😀\n"é\n😀","😀"\n',
      'no quotes at all': 'a,b\n\n1,2\r\n3,4',
    };
    for (const [name, text] of Object.entries(tricky)) {
      it(name, async () => {
        const files = [{ path: 'input/a.csv', bytes: Buffer.from(text) }];
        const once = expected(files, 'csv');
        const blocks: RecordBlock[] = [];
        for (let splitBytes = 1; splitBytes <= files[0]!.bytes.length; splitBytes++) {
          blocks.push(...(await blocksOf(files, { format: 'csv', splitBytes, blockBytes: 3 })));
        }
        const pairs = await output(openOnQuickJs, { map }, { text: blocks });
        expect(pairs.length).to.equal(once.length * files[0]!.bytes.length);
        for (let i = 0; i < pairs.length; i += once.length) expect(pairs.slice(i, i + once.length)).to.deep.equal(once);
      });
    }
  });
});
