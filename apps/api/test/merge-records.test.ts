import { readdir, readlink } from 'node:fs/promises';
import { type OutputCompression, type OutputFormat, resultLimits } from '@gridmr/contracts';
import { encodeKey, hashKey, type Key } from '@gridmr/engine';
import { type BlobStore, openFsStore } from '@gridmr/storage';
import { compareKeys, formatPair, propertyOptions, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import type { ResultPart } from '../dist/results/find-results.js';
import { inflateChunks } from '../dist/results/gzip-parts.js';
import { keyKindsOf } from '../dist/results/key-kinds.js';
import { mergeRecords } from '../dist/results/merge-records.js';
import { inflatePartInWindows, readPart, readPartInWindows } from '../dist/results/read-part.js';
import { RecordCursor } from '../dist/results/record-cursor.js';
import { resultChunks } from '../dist/results/result-chunks.js';
import { textOf } from './chunked.js';
import { type Pair, storedPart } from './stored-part.js';

const text = fc.string({
  unit: fc.constantFrom('a', 'B', '"', ',', '\\t', '\t', '\n', '\r', '1', '[', '\uffee', '😀'),
  maxLength: 4,
});
const looksLikeOther = fc.constantFrom('1', '10', '2', '-1', 'true', 'false', 'null', '[1]', '["a"]', '[]', '1e5', '');
const scalar: fc.Arbitrary<Key> = fc.oneof(
  text,
  looksLikeOther,
  fc.integer({ min: -20, max: 20 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => n + 0),
  fc.boolean(),
);
const anyKey: fc.Arbitrary<Key> = fc.oneof(
  scalar,
  fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }),
);
const anyPairs: fc.Arbitrary<Pair[]> = fc.array(
  fc.tuple(anyKey, fc.oneof(fc.integer(), text, fc.constant({ a: ['x\n', null] }))),
  { maxLength: 30 },
);

const formats: readonly OutputFormat[] = ['tsv', 'csv', 'jsonl'];
const compressions: readonly OutputCompression[] = ['none', 'gzip'];
const byKey = ([a]: Pair, [b]: Pair) => compareKeys(a, b);

describe('results merged into one order of keys', function () {
  this.timeout(20_000);
  let directory: TemporaryDirectory;
  let store: BlobStore;
  before(async () => {
    directory = await TemporaryDirectory.create('merge');
    store = await openFsStore(directory.path);
  });
  after(() => directory[Symbol.asyncDispose]());

  /** As reduce tasks do: by the key's hash, in key order. */
  function partition(pairs: readonly Pair[], parts: number): Pair[][] {
    const shares = Array.from({ length: parts }, (): Pair[] => []);
    for (const pair of pairs) {
      const encoded = encodeKey(pair[0]);
      shares[hashKey(encoded, 0, encoded.length) % parts]?.push(pair);
    }
    return shares.map(share => share.sort(byKey));
  }

  /** How many parts are open in this process. */
  async function openFiles(): Promise<number> {
    const fds = await readdir('/proc/self/fd');
    const links = await Promise.all(fds.map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return links.filter(link => link.startsWith(directory.path)).length;
  }

  async function write(name: string, pairs: readonly Pair[], format: OutputFormat, compression: OutputCompression) {
    const { content, written } = storedPart(pairs, format, compression);
    await directory.write(name, content);
    const { text_bytes, ascending_keys, ...same } = written;
    return {
      ...same,
      path: name,
      textBytes: text_bytes ?? written.bytes,
      ascendingKeys: ascending_keys,
    } satisfies ResultPart;
  }

  async function writeAll(shares: readonly Pair[][], format: OutputFormat, compression: OutputCompression) {
    const parts: ResultPart[] = [];
    for (const [i, share] of shares.entries()) parts.push(await write(`part-${i}`, share, format, compression));
    return parts;
  }

  const linesOf = (pairs: readonly Pair[], format: OutputFormat) =>
    pairs.map(([key, value]) => `${formatPair(key, value, format)}\n`).join('');

  for (const stored of formats) {
    for (const compression of compressions) {
      it(`are a naive sort of all pairs, stored as ${stored} with compression ${compression}`, async () => {
        const property = fc.asyncProperty(
          anyPairs,
          fc.integer({ min: 1, max: 5 }),
          fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
          async (pairs, count, limit) => {
            const shares = partition(pairs, count);
            const parts = await writeAll(shares, stored, compression);
            const sorted = shares.flat().sort(byKey).slice(0, limit);
            const results = { parts, stored, compression, limit, order: 'key' } as const;
            expect(await textOf(resultChunks(store, results, stored))).to.equal(linesOf(sorted, stored));
            const asJson = await textOf(resultChunks(store, results, 'jsonl'));
            const keys = asJson
              .split('\n')
              .slice(0, -1)
              .map(line => JSON.parse(line).key);
            expect(keys).to.deep.equal(sorted.map(([key]) => key));
          },
        );
        await fc.assert(property, propertyOptions(20));
      });

      for (const chunkBytes of [1, 2, 7, 65_536]) {
        it(`are the same in windows of ${chunkBytes} bytes, stored as ${stored} with compression ${compression}`, async () => {
          const pairs = fc.sample(anyPairs, { numRuns: 3, seed: 7 }).flat().slice(0, 30);
          const shares = partition(pairs, 3);
          const parts = await writeAll(shares, stored, compression);
          const windows = compression === 'gzip' ? inflatePartInWindows : readPartInWindows;
          const cursors = parts.map(
            (part, i) => new RecordCursor(i, windows(store, part, chunkBytes), stored, keyKindsOf([part])),
          );
          expect(await textOf(mergeRecords(cursors))).to.equal(linesOf(shares.flat().sort(byKey), stored));
        });
      }
    }
  }

  it('close all files when their reader goes away', async () => {
    const pairs = Array.from({ length: 20_000 }, (_, i): Pair => [i, 'x'.repeat(500)]);
    const parts = await writeAll(partition(pairs, 3), 'tsv', 'none');
    const results = { parts, stored: 'tsv', compression: 'none', limit: undefined, order: 'key' } as const;
    for await (const chunk of resultChunks(store, results, 'tsv')) {
      expect(chunk.length).to.be.greaterThan(0);
      expect(await openFiles()).to.equal(3);
      break;
    }
    await waitUntil('all parts to be closed', async () => (await openFiles()) === 0);
  });

  it('keep the order of parts, and of records in a part, where keys are equal', async () => {
    const shares: Pair[][] = [
      [
        ['a', 1],
        ['a', 2],
      ],
      [['a', 3]],
      [
        ['a', 4],
        ['b', 5],
      ],
    ];
    const parts = await writeAll(shares, 'tsv', 'none');
    const results = { parts, stored: 'tsv', compression: 'none', limit: undefined, order: 'key' } as const;
    expect(await textOf(resultChunks(store, results, 'tsv'))).to.equal('a\t1\na\t2\na\t3\na\t4\nb\t5\n');
  });

  it('let records through that are longer than any buffer', async () => {
    const long = 'x'.repeat(1_000_000);
    const shares: Pair[][] = [
      [
        ['a', long],
        ['c', 1],
      ],
      [[`b${long}`, long]],
    ];
    for (const compression of compressions) {
      const parts = await writeAll(shares, 'csv', compression);
      const results = { parts, stored: 'csv', compression, limit: undefined, order: 'key' } as const;
      const merged = await textOf(resultChunks(store, results, 'csv'));
      expect(merged === linesOf(shares.flat().sort(byKey), 'csv')).to.equal(true);
    }
  });

  for (const compression of compressions) {
    it(`of hundreds of parts open few files at once, with compression ${compression}`, async () => {
      const pairs = Array.from({ length: 1000 }, (_, i): Pair => [i, `value ${i}`]);
      const parts = await writeAll(partition(pairs, 100), 'tsv', compression);
      const results = { parts, stored: 'tsv', compression, limit: undefined, order: 'key' } as const;
      let merged: string | undefined;
      const merging = textOf(resultChunks(store, results, 'tsv')).then(lines => {
        merged = lines;
      });
      let most = 0;
      while (merged === undefined) most = Math.max(most, await openFiles());
      await merging;
      expect(merged).to.equal(linesOf(pairs, 'tsv'));
      expect(most).to.be.at.most(resultLimits.firstReadsAtOnce);
      expect(await openFiles()).to.equal(0);
    });

    it(`fail if a part is shorter, longer or damaged, with compression ${compression}`, async () => {
      const pairs = Array.from({ length: 20 }, (_, i): Pair => [i, i]);
      const [part] = await writeAll([pairs], 'tsv', compression);
      const { content } = storedPart(pairs, 'tsv', compression);
      const damaged = Uint8Array.from(content);
      damaged[30] = (damaged[30] ?? 0) ^ 1;
      for (const changed of [content.subarray(0, -1), Buffer.concat([content, Buffer.from('x')]), damaged]) {
        await directory.write('part-0', changed);
        const reads = [
          () => (compression === 'gzip' ? inflateChunks(readPart(store, part!)) : readPart(store, part!)),
          () => (compression === 'gzip' ? inflatePartInWindows : readPartInWindows)(store, part!, 16),
        ];
        for (const read of reads) {
          const error = await textOf(read()).catch((failure: Error) => failure);
          expect(error).to.be.instanceOf(Error);
        }
      }
    });
  }
});
