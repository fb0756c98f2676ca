import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { cutsOf, scannedRanges, scanQuotes } from '../dist/csv-cuts.js';
import { csvRows, separateFields } from '../dist/csv-rows.js';
import { propertyMs } from './deadlines.js';

const anyCsv = fc
  .array(fc.constantFrom('a', ',', '"', '\n', '\r\n', '\r', '""', 'é', '",', ',"', '"\n'), { maxLength: 16 })
  .map(pieces => Buffer.from(pieces.join('')));

/** Rows, or undefined for what is not CSV. */
function rowsOf(bytes: Uint8Array): string[][] | undefined {
  try {
    return csvRows(bytes);
  } catch {
    return undefined;
  }
}

async function cut(bytes: Uint8Array, splitBytes: number): Promise<Uint8Array[]> {
  async function* piece(start: number, end: number) {
    yield bytes.subarray(start, end);
  }
  const scans = scannedRanges(bytes.length, splitBytes).map(({ start, end }) => scanQuotes(piece(start, end), start));
  const cuts = [0, ...cutsOf(await Promise.all(scans), bytes.length), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

describe('cutting CSV', () => {
  it('changes no record, and hides no error, whatever the bytes and wherever the cuts', async () => {
    await fc.assert(
      fc.asyncProperty(anyCsv, async bytes => {
        const whole = rowsOf(bytes);
        for (let splitBytes = 1; splitBytes <= bytes.length; splitBytes++) {
          const pieces = (await cut(bytes, splitBytes)).map(rowsOf);
          const all = pieces.includes(undefined) ? undefined : pieces.flatMap(rows => rows ?? []);
          expect(all, `splits of ${splitBytes}`).to.deep.equal(whole);
        }
      }),
      propertyOptions(300),
    );
  }).timeout(propertyMs);

  it('cuts at a target, or at the first record behind it and before the next', async () => {
    const pieces = await cut(Buffer.from('a\n"\n\n"\nb\nc\n'), 2);
    expect(pieces.map(String)).to.deep.equal(['a\n', '"\n\n"\n', 'b\n', 'c\n']);
  });
});

describe('separateFields', () => {
  it('says the same as csvRows, but for what it leaves to that', () => {
    fc.assert(
      fc.property(anyCsv, bytes => {
        const rows = rowsOf(bytes);
        if (rows === undefined) {
          expect(() => separateFields(bytes)).to.throw();
          return;
        }
        const separated = separateFields(bytes);
        if (separated === undefined) {
          expect(rows.some(row => row.length === 1 && row[0] === '')).to.equal(true);
          return;
        }
        const read = Buffer.from(separated).toString().split('\x1e').slice(0, -1);
        expect(read.map(row => (row === '' ? [] : row.split('\x1f')))).to.deep.equal(rows);
      }),
      propertyOptions(300),
    );
  }).timeout(propertyMs);

  it('refuses text that holds its separators', () => {
    for (const text of ['"\x1e"\n', 'a,"\x1f"\n']) expect(separateFields(Buffer.from(text))).to.equal(undefined);
  });
});
