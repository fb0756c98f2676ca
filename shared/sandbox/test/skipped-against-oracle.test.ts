/** Random inputs with bad records among them, through readers and skipping sandbox, against the naive oracle: pairs, counts, and which records are listed. */
import { gzipSync } from 'node:zlib';
import type { InputFormat } from '@gridmr/contracts';
import { propertyOptions, runOracle } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { sourceOf } from './attempt.js';
import { blocksOf } from './input-files.js';
import { skippingAttempt } from './skipping.js';

const propertyMs = 120_000;
const runs = 30;

const seen = 'const seen = record?.bytes ? Array.from(record.bytes) : record; const text = JSON.stringify(seen);';
const isBad = 'text.length % 3 === 0';
/** Each emits before it knows that the record is bad, counts, and emits again. */
const styles = {
  emit: `(record, ctx) => { ${seen} ctx.emit([ctx.input.offset], text); ctx.count('n'); if (${isBad}) throw new Error(text); ctx.emit(text, 1); }`,
  'a list': `(record, ctx) => { ${seen} ctx.count(text.slice(0, 9)); return [[text, 1], ${isBad} ? null : [text, { text }]]; }`,
  'a generator': `function* (record, ctx) { ${seen} yield [text, 1]; if (${isBad}) null.x; yield [[1, text], null]; }`,
};

const piece = fc.constantFrom(
  'a',
  'bb',
  '"',
  '""',
  ',',
  '\r',
  ' ',
  'é',
  '😀',
  '\0',
  '{"a":1}',
  '[1',
  '7',
  '\x1e',
  '1,2',
);
const line = fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join(''));
const lines = fc.array(line, { maxLength: 12 }).map(all => all.join('\n'));
const ended = fc.tuple(lines, fc.constantFrom('', '\n', '\r\n')).map(([text, end]) => text + end);

const contents: Record<InputFormat, fc.Arbitrary<string>> = {
  text: ended,
  jsonl: fc.array(fc.oneof(line, fc.json({ maxDepth: 1 })), { maxLength: 12 }).map(all => all.join('\n')),
  csv: fc.tuple(fc.constantFrom('a,b\n', '\ufeffa\r\n', '"x""",y,z\n'), ended).map(([header, rows]) => header + rows),
  whole_file: ended,
  bytes: ended,
};

describe('bad records of random inputs', function () {
  this.timeout(propertyMs);

  for (const [format, content] of Object.entries(contents) as [InputFormat, fc.Arbitrary<string>][]) {
    it(`${format}: what is left, and what is listed, is the oracle’s at any split and block size`, async () => {
      const request = fc.record({
        texts: fc.array(content, { minLength: 1, maxLength: 3 }),
        map: fc.constantFrom(...Object.values(styles)),
        splitBytes: fc.integer({ min: 1, max: 60 }),
        blockBytes: fc.integer({ min: 1, max: 40 }),
        isCompressed: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ texts, map, splitBytes, blockBytes, isCompressed }) => {
          const inputs = texts.map((text, i) => ({
            path: `input/${i}${isCompressed ? '.gz' : ''}`,
            bytes: Buffer.from(text),
          }));
          const files = isCompressed ? inputs.map(({ path, bytes }) => ({ path, bytes: gzipSync(bytes) })) : inputs;
          const blocks = await blocksOf(files, { format, splitBytes, blockBytes });
          const program = sourceOf({ map });
          const expected = await runOracle({
            program,
            inputs,
            inputFormat: format,
            outputFormat: 'jsonl',
            skipsBadRecords: true,
          });
          const { pairs, skipped, notes } = await skippingAttempt({ map }, { text: blocks, numReducers: 0 });
          expect(skipped.map(({ path, offset }) => ({ path, offset }))).to.deep.equal(expected.skipped);
          expect(pairs.map(({ key, value }) => JSON.stringify({ key, value }))).to.deep.equal(expected.parts[0]);
          expect(notes.userCounters).to.deep.equal(Object.fromEntries(expected.userCounters));
        }),
        propertyOptions(runs),
      );
    });
  }
});
