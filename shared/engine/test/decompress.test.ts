import { gzipSync } from 'node:zlib';
import { type InputRange, TaskError } from '@gridmr/contracts';
import { type Compression, DecompressionBudget, type DecompressionLimits, decompress } from '@gridmr/storage';
import { expect } from 'chai';
import { readInputBlocks } from '../dist/input-blocks.js';
import { manyLines, manyLinesText, skippable, twoLines, twoLinesUnchecked } from './compressed-files.js';
import { MemoryReader } from './memory-reader.js';

type Compressed = Exclude<Compression, 'none'>;
const names: Record<Compressed, string> = { gzip: 'in.gz', zstd: 'in.zst' };

async function unpack(kind: Compressed, content: Uint8Array, limits?: Partial<DecompressionLimits>): Promise<string> {
  const range: InputRange = { path: names[kind], start: 0, end: content.length, file_bytes: content.length };
  const pieces: Uint8Array[] = [];
  for await (const piece of decompress(new MemoryReader(content), range, kind, new DecompressionBudget(limits))) {
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces).toString();
}

async function fault(...args: Parameters<typeof unpack>): Promise<string> {
  const error: unknown = await unpack(...args).then(
    text => new Error(`no fault: ${text.slice(0, 20)}`),
    error => error,
  );
  if (!(error instanceof TaskError)) throw error;
  expect(error.error).to.include({ code: 'invalid_input', input_path: names[args[0]] });
  return error.message;
}

const gzip = (text: string) => new Uint8Array(gzipSync(text));
const join = (...pieces: Uint8Array[]) => new Uint8Array(Buffer.concat(pieces));
const junk = Buffer.from('junkjunk');

describe('gzip', () => {
  const a = gzip('one\n');
  const b = gzip('two\n');

  it('joins members, and ignores zeros behind the last', async () => {
    expect(await unpack('gzip', join(a, b, gzip(''), a))).to.equal('one\ntwo\none\n');
    expect(await unpack('gzip', join(a, b, Buffer.alloc(1000)))).to.equal('one\ntwo\n');
    expect(await unpack('gzip', gzip(''))).to.equal('');
  });

  it('refuses what is cut off, anywhere', async () => {
    const whole = join(a, b);
    for (let length = 0; length < whole.length; length++) {
      if (length === a.length) continue;
      expect(await fault('gzip', whole.subarray(0, length)), `${length} bytes`).to.match(
        /in\.gz (ends in the middle|is not)/,
      );
    }
  });

  it('refuses anything else behind or between members, and what is damaged', async () => {
    expect(await fault('gzip', join(a, junk))).to.match(/is not valid gzip data from its beginning to its end/);
    expect(await fault('gzip', join(a, Buffer.alloc(9), junk))).to.match(/something behind its gzip data/);
    expect(await fault('gzip', join(a, Buffer.alloc(9), b))).to.match(/something behind its gzip data/);
    expect(await fault('gzip', junk)).to.match(/is not valid gzip data/);
    const damaged = a.slice();
    damaged[a.length - 6]! ^= 1;
    expect(await fault('gzip', damaged)).to.match(/incorrect data check/);
  });
});

describe('zstd', () => {
  it('reads a file of many blocks', async () => {
    expect(await unpack('zstd', manyLines)).to.equal(manyLinesText);
  });

  it('joins frames, and passes over those that hold others’ data', async () => {
    expect(await unpack('zstd', join(skippable, twoLines, twoLinesUnchecked, skippable))).to.equal(
      'one\ntwo\none\ntwo\n',
    );
  });

  it('refuses what is cut off, anywhere', async () => {
    const whole = join(twoLines, skippable);
    for (let length = 0; length < whole.length; length++) {
      if (length === twoLines.length) continue;
      expect(await fault('zstd', whole.subarray(0, length)), `${length} bytes`).to.match(
        /in\.zst (ends in the middle|has something)/,
      );
    }
    expect(await fault('zstd', manyLines.subarray(0, 100))).to.match(/ends in the middle/);
  });

  it('refuses anything else behind frames', async () => {
    expect(await fault('zstd', join(twoLines, junk))).to.match(/has something other than a Zstandard frame at byte 21/);
    expect(await fault('zstd', join(twoLines, Buffer.alloc(9)))).to.match(/at byte 21/);
  });

  it('finds every damaged byte of content or checksum', async () => {
    for (let at = 9; at < twoLines.length; at++) {
      const damaged = twoLines.slice();
      damaged[at]! ^= 1;
      expect(await fault('zstd', damaged), `byte ${at}`).to.match(/checksum is wrong/);
    }
    // Some bits of the header do not matter.
    for (let at = 4; at < manyLines.length; at++) {
      const damaged = manyLines.slice();
      damaged[at]! ^= 0x10;
      const text = await unpack('zstd', damaged).catch(() => manyLinesText);
      expect(text === manyLinesText, `byte ${at}`).to.equal(true);
    }
  });

  it('refuses a window that is too large before it is allocated, dictionaries and unknown kinds', async () => {
    const header = (descriptor: number, ...rest: number[]) =>
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, descriptor, ...rest, 1, 0, 0);
    expect(await fault('zstd', header(0, 0xff))).to.match(/window of 4123168604160 bytes, more than/);
    expect(await fault('zstd', header(0xe0, 0, 0, 0, 0, 1, 0, 0, 0))).to.match(/window of 4294967296 bytes/);
    expect(await fault('zstd', header(1, 0x40, 7))).to.match(/dictionary/);
    expect(await fault('zstd', header(8, 0x40))).to.match(/unknown kind/);
  });
});

describe('a decompression bomb', () => {
  const zeros = new Uint8Array(gzipSync(Buffer.alloc(5_000_000)));

  it('is stopped by how much it expands', async () => {
    expect(await fault('gzip', zeros, { ratioCheckedBytes: 1_000_000 })).to.match(
      /expands to more than 500 times its \d+ bytes/,
    );
    expect(await unpack('gzip', zeros)).to.have.length(5_000_000);
  });

  it('is stopped by the bytes it makes, over all files of an attempt', async () => {
    expect(await fault('gzip', zeros, { bytesMax: 4_999_999 })).to.match(
      /more than the 4999999 bytes that one map task may/,
    );
    const budget = new DecompressionBudget({ bytesMax: 10 });
    budget.spend('a', 1, 6, 6);
    expect(() => budget.spend('b', 1, 6, 6)).to.throw(TaskError, 'b makes more than the 10 bytes');
  });
});

describe('a compressed file', () => {
  for (const [path, content] of [
    ['a.gz', gzip(manyLinesText)],
    ['a.zst', manyLines],
  ] as const) {
    it(`gives blocks of whole lines, and is closed when its reader stops early: ${path}`, async () => {
      let open = 0;
      class Counted extends MemoryReader {
        override [Symbol.dispose](): void {
          open--;
        }
      }
      const split = { ranges: [{ path, start: 0, end: content.length, file_bytes: content.length }] };
      const openFile = async () => {
        open++;
        return new Counted(content);
      };
      for await (const block of readInputBlocks({ split, format: 'text', open: openFile }, { blockBytes: 1000 })) {
        const text = Buffer.from(block.bytes).toString();
        expect(manyLinesText.startsWith(text)).to.equal(true);
        expect(text.match(/é\n/g)).to.have.length(block.records);
        break;
      }
      expect(open).to.equal(0);
    });
  }
});
