import { expect } from 'chai';
import { BufferFullError, ByteBuffer } from '../dist/byte-buffer.js';

const text = (buffer: ByteBuffer) => Buffer.from(buffer.view()).toString();

describe('ByteBuffer', () => {
  it('holds all that was appended, in order, while it grows', () => {
    const buffer = new ByteBuffer(10_000, 2);
    buffer.appendByte(0x61);
    buffer.append(Buffer.from('xbcx'), 1, 3);
    buffer.appendAscii('de');
    buffer.appendText('ü😀');
    buffer.append(Buffer.alloc(5000, 'f'));
    expect(text(buffer)).to.equal(`abcdeü😀${'f'.repeat(5000)}`);
    expect(buffer.length).to.equal(5011);
  });

  it('writes a lone surrogate as U+FFFD', () => {
    const buffer = new ByteBuffer(100);
    buffer.appendText('a\ud800b');
    expect(text(buffer)).to.equal('a\ufffdb');
  });

  const appends: [string, (buffer: ByteBuffer) => void][] = [
    ['a byte', buffer => buffer.appendByte(1)],
    ['bytes', buffer => buffer.append(new Uint8Array(1))],
    ['ASCII', buffer => buffer.appendAscii('a')],
    ['text', buffer => buffer.appendText('a')],
  ];
  for (const [what, append] of appends) {
    it(`refuses ${what} past its maximum and stays as it was`, () => {
      const buffer = new ByteBuffer(4, 1);
      buffer.appendAscii('abcd');
      expect(() => append(buffer)).to.throw(BufferFullError, 'at most 4');
      expect(text(buffer)).to.equal('abcd');
    });
  }

  it('refuses bytes outside the source', () => {
    const buffer = new ByteBuffer(100);
    expect(() => buffer.append(new Uint8Array(3), 1, 4)).to.throw(RangeError);
    expect(() => buffer.append(new Uint8Array(3), 2, 1)).to.throw(RangeError);
    expect(buffer.length).to.equal(0);
  });

  it('is empty after clear, and its copy outlives that', () => {
    const buffer = new ByteBuffer(100);
    buffer.appendAscii('old');
    const copy = buffer.copy();
    buffer.clear();
    buffer.appendAscii('new!');
    expect(Buffer.from(copy).toString()).to.equal('old');
    expect(text(buffer)).to.equal('new!');
  });
});
