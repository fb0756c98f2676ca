import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
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

  it('copies any number of bytes from anywhere in several sources, and nothing around them', () => {
    const cut = fc.tuple(fc.nat(2), fc.nat(40), fc.nat(300));
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 20 }), cuts => {
        const sources = [3, 5, 7].map(step => Uint8Array.from({ length: 400 }, (_, i) => i * step));
        const buffer = new ByteBuffer(10_000, 1);
        const expected: number[] = [];
        for (const [which, start, length] of cuts) {
          const source = sources[which] as Uint8Array;
          buffer.append(source, start, start + length);
          expected.push(...source.slice(start, start + length));
        }
        expect([...buffer.view()]).to.deep.equal(expected);
        const target = new Uint8Array(expected.length + 2).fill(255);
        buffer.copyInto(target, new DataView(target.buffer), 1);
        expect([...target]).to.deep.equal([255, ...expected, 255]);
      }),
      propertyOptions(200),
    );
  });

  it('appends bare text up to the first control character or backslash, whichever bytes stand around it', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x1f, 0x20, 0x5c, 0x7f, 0x80, 0x9c, 0xdc, 0xff));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5 }), fc.array(byte, { maxLength: 40 }), (before, bytes) => {
        const source = Uint8Array.from([...before, ...bytes, 1]);
        const isSpecial = (each: number) => each < 0x20 || each === 0x5c;
        const at = bytes.findIndex(isSpecial);
        const bare = at === -1 ? bytes : bytes.slice(0, at);
        const buffer = new ByteBuffer(100, 1);
        buffer.appendByte(7);
        const end = buffer.appendBare(source, before.length, before.length + bytes.length);
        expect(end).to.equal(before.length + bare.length);
        expect([...buffer.view()]).to.deep.equal([7, ...bare]);
      }),
      propertyOptions(500),
    );
  });

  it('compares what it holds, and lends it', () => {
    const buffer = new ByteBuffer(100);
    buffer.appendAscii('key');
    const slice = { bytes: Buffer.from('a key!'), start: 2, end: 5 };
    expect(buffer.compare(slice)).to.equal(0);
    expect(buffer.compare({ ...slice, end: 6 })).to.be.below(0);
    expect(buffer.compare({ ...slice, end: 4 })).to.be.above(0);
    buffer.lendTo(slice);
    expect(Buffer.from(slice.bytes.slice(slice.start, slice.end)).toString()).to.equal('key');
  });
});
