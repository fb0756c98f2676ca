import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import type { OutputCompression, WrittenFile } from '@gridmr/contracts';
import { propertyOptions, randomFor } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { bgzf, bgzfBlockBytes, encodeBgzfBlock, openBgzfBlock } from '../dist/bgzf.js';
import { compareBytes } from '../dist/compare-bytes.js';
import { crc32c } from '../dist/crc32c.js';
import { encodeKey, type Key } from '../dist/key-encoding.js';
import { PartWriter } from '../dist/part-writer.js';
import { propertyMs } from './deadlines.js';
import { encodeKeys } from './encoded-keys.js';
import { key } from './random-keys.js';
import { MemorySink } from './run-job.js';

/** Writes the keys, each with the value 0, in blocks of so many. */
function write(
  keys: readonly Key[],
  compression: OutputCompression = 'none',
  { perBlock = 1000, tallyKeys = true } = {},
): { content: Buffer; written: WrittenFile } {
  const sink = new MemorySink();
  const part = new PartWriter(sink, { format: 'jsonl', compression, writeBufferBytes: 1 << 16, tallyKeys });
  for (let from = 0; from < keys.length; from += perBlock) {
    const some = keys.slice(from, from + perBlock);
    const values = { kind: 'numbers', numbers: new Float64Array(some.length) } as const;
    part.write({ count: some.length, ...encodeKeys(some), values, partitions: undefined });
  }
  const written = part.finish();
  return { content: sink.content, written };
}

const linesOf = (keys: readonly Key[]) => keys.map(k => `${JSON.stringify({ key: k, value: 0 })}\n`).join('');

describe('a compressed part', () => {
  const random = randomFor('compressed part');
  const many = Array.from({ length: 20_000 }, (_, i) => `${i} ${random.word(1, 20)}`);

  it('is one gzip file, whatever reads it', () => {
    const { content } = write(many, 'gzip');
    expect(gunzipSync(content).toString()).to.equal(linesOf(many));
    expect(execFileSync('gzip', ['-dc'], { input: content, maxBuffer: 1 << 26 }).toString()).to.equal(linesOf(many));
  });

  it('is told of as it is stored, and as it was', () => {
    const { content, written } = write(many, 'gzip');
    expect(written).to.include({ bytes: content.length, records: many.length, crc32c: crc32c(content) });
    expect(written.text_bytes).to.equal(Buffer.byteLength(linesOf(many)));
  });

  it('has the same bytes however its pairs come', () => {
    const some = many.slice(0, 5000);
    const { content } = write(some, 'gzip');
    for (const perBlock of [1, 333]) expect(write(some, 'gzip', { perBlock }).content.equals(content)).to.equal(true);
  });

  it('is valid when it is empty', () => {
    const { content, written } = write([], 'gzip');
    expect(gunzipSync(content)).to.have.lengthOf(0);
    expect(written).to.include({ records: 0, text_bytes: 0, bytes: content.length });
  });

  it('is made of blocks that tell their length, even of what cannot be compressed', () => {
    const noise = random.bytes(65_280);
    const block = encodeBgzfBlock(noise);
    expect(block.length).to.be.at.most(bgzf.blockBytesMax);
    expect(bgzfBlockBytes(block)).to.equal(block.length);
    expect(bgzfBlockBytes(block.subarray(0, 17))).to.equal(undefined);
    expect(openBgzfBlock(block).textBytes).to.equal(noise.length);
    expect(gunzipSync(block).equals(noise)).to.equal(true);
    expect(() => bgzfBlockBytes(Buffer.alloc(20))).to.throw(/did not write/);
  });
});

describe('the tally of a part’s keys', () => {
  it('counts the kinds of keys that ascend', () => {
    const keys = [false, true, -1, 2, 2, '', '1', 'b', [], ['a']];
    for (const perBlock of [1, 3, 100]) {
      const { written } = write(keys, 'none', { perBlock });
      expect(written.ascending_keys).to.deep.equal({ booleans: 2, numbers: 3, strings: 3, arrays: 2 });
    }
    expect(write([]).written.ascending_keys).to.deep.equal({ booleans: 0, numbers: 0, strings: 0, arrays: 0 });
  });

  it('is left out if they do not ascend, or nobody asks', () => {
    expect(write(['b', 'a']).written).not.to.have.property('ascending_keys');
    expect(write(['b', 'a', 'c'], 'none', { perBlock: 1 }).written).not.to.have.property('ascending_keys');
    expect(write(['a'], 'none', { tallyKeys: false }).written).not.to.have.property('ascending_keys');
  });

  it('is there exactly if sorting changes nothing', () => {
    const order = (a: Key, b: Key) => {
      const [x, y] = [encodeKey(a), encodeKey(b)];
      return compareBytes(x, 0, x.length, y, 0, y.length);
    };
    fc.assert(
      fc.property(fc.array(key, { maxLength: 4 }), fc.integer({ min: 1, max: 3 }), (keys, perBlock) => {
        const isSorted = keys.every((k, i) => i === 0 || order(keys[i - 1]!, k) <= 0);
        expect(write(keys, 'none', { perBlock }).written.ascending_keys !== undefined).to.equal(isSorted);
        const sorted = write(keys.toSorted(order), 'none', { perBlock }).written.ascending_keys;
        expect(sorted).to.include({ strings: keys.filter(k => typeof k === 'string').length });
      }),
      propertyOptions(50),
    );
  }).timeout(propertyMs);
});
