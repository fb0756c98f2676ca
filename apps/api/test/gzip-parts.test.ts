import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';
import { encodeBgzfBlock } from '@gridmr/engine';
import { randomFor } from '@gridmr/testkit';
import { expect } from 'chai';
import { combineCrc32 } from '../dist/results/crc32-combine.js';
import { inflateChunks, joinGzip } from '../dist/results/gzip-parts.js';
import { bytesOf, chunked, textOf } from './chunked.js';

describe('joinGzip', () => {
  const random = randomFor('join gzip');
  const texts = [random.bytes(65_280), Buffer.from('some text '.repeat(5000)), Buffer.alloc(0), Buffer.from('x')];
  const blocks = Buffer.concat(texts.map(encodeBgzfBlock));
  const text = Buffer.concat(texts);

  for (const size of [1, 7, 65_536, blocks.length]) {
    it(`makes one member of many blocks, in chunks of ${size} bytes`, async () => {
      const some = size === 1 ? Buffer.concat(texts.slice(1).map(encodeBgzfBlock)) : blocks;
      const expected = size === 1 ? Buffer.concat(texts.slice(1)) : text;
      const joined = await bytesOf(joinGzip(chunked(some, size)));
      expect(gunzipSync(joined).equals(expected)).to.equal(true);
      // The deflate data of one member goes on to its trailer; that of several would end before.
      expect(inflateRawSync(joined.subarray(10, -8)).equals(expected)).to.equal(true);
      expect(joined.readUInt32LE(joined.length - 8)).to.equal(crc32(expected));
      expect((await bytesOf(inflateChunks(chunked(some, size)))).equals(expected)).to.equal(true);
    });
  }

  it('makes valid gzip of nothing', async () => {
    expect(gunzipSync(await bytesOf(joinGzip(chunked('', 1))))).to.have.lengthOf(0);
  });

  it('refuses what is not made of whole blocks', async () => {
    for (const wrong of [blocks.subarray(0, -1), blocks.subarray(1), Buffer.from('x'.repeat(30))]) {
      for (const read of [joinGzip, inflateChunks]) {
        const error = await textOf(read(chunked(wrong, 100))).catch((failure: Error) => failure);
        expect(error).to.be.instanceOf(Error);
      }
    }
  });
});

describe('combineCrc32', () => {
  it('gives the sum of both texts', () => {
    const random = randomFor('crc32');
    for (const [first, second] of [
      [0, 0],
      [5, 0],
      [0, 5],
      [1, 1],
      [100, 65_280],
      [65_280, 65_280],
      [3, 100_001],
    ] as const) {
      const [a, b] = [random.bytes(first), random.bytes(second)];
      expect(combineCrc32(crc32(a), crc32(b), b.length)).to.equal(crc32(Buffer.concat([a, b])));
    }
  });
});
