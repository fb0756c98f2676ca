import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeJsonKeys, encodePlainKeys, type KeyColumn } from '../dist/key-column.js';
import { decodeKey, type Key } from '../dist/key-encoding.js';
import { KeyError } from '../dist/key-error.js';
import { propertyMs } from './deadlines.js';
import { key, text } from './random-keys.js';

function keysOf({ keyBytes, keyEnds }: KeyColumn): Key[] {
  expect(keyEnds[keyEnds.length - 1] ?? 0).to.equal(keyBytes.length);
  return Array.from(keyEnds, (end, i) => decodeKey(keyBytes.slice(i === 0 ? 0 : keyEnds[i - 1], end)));
}

const joined = (keys: string[]) => Buffer.from(keys.join('\n'));

describe('encodePlainKeys', () => {
  it('encodes keys joined by newlines, empty ones too', () => {
    const keys = ['', 'a', '', 'b c', 'é😀', ''];
    expect(keysOf(encodePlainKeys(joined(keys), keys.length)!)).to.deep.equal(keys);
  });

  it('encodes any strings without newlines, and leaves its input as it was', () => {
    fc.assert(
      fc.property(
        fc.array(
          text.map(t => t.replaceAll('\n', '')),
          { minLength: 1, maxLength: 5 },
        ),
        keys => {
          const input = joined(keys);
          expect(keysOf(encodePlainKeys(input, keys.length)!)).to.deep.equal(keys);
          expect(input.equals(joined(keys))).to.equal(true);
        },
      ),
      propertyOptions(200),
    );
  }).timeout(propertyMs);

  it('has no keys in nothing', () => expect(keysOf(encodePlainKeys(new Uint8Array(0), 0)!)).to.deep.equal([]));

  for (const [utf8, count] of [
    ['a\nb', 1],
    ['a\nb', 3],
    ['a', 0],
    ['', 2],
    ['a', 4_000_000_000],
  ] as const) {
    it(`refuses ${JSON.stringify(utf8)} as ${count} keys`, () => {
      expect(encodePlainKeys(Buffer.from(utf8), count)).to.equal(undefined);
    });
  }

  it('makes U+FFFD of lone surrogates as QuickJS writes them', () => {
    const utf8 = Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x0a, 0xed, 0xbf, 0xbf, 0x0a, 0xed, 0x9f, 0xbf]);
    expect(keysOf(encodePlainKeys(utf8, 3)!)).to.deep.equal(['a\ufffd', '\ufffd', '\ud7ff']);
  });

  for (const bytes of [[0xff], [0x61, 0xed], [0xed, 0xa0], [0xc0, 0x80]]) {
    it(`refuses the bytes ${bytes.map(b => b.toString(16)).join(' ')}, which are not UTF-8`, () => {
      expect(encodePlainKeys(Uint8Array.from(bytes), 1)).to.equal(undefined);
    });
  }

  it('refuses a key that is too long', () => {
    const utf8 = joined(['a', 'x'.repeat(1_048_576)]);
    expect(() => encodePlainKeys(utf8, 2)).to.throw(KeyError, 'longer than 1048576 bytes');
  }).timeout(propertyMs);
});

describe('encodeJsonKeys', () => {
  it('encodes any keys', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 5 }), keys => {
        expect(keysOf(encodeJsonKeys(keys))).to.deep.equal(keys);
      }),
      propertyOptions(200),
    );
  }).timeout(propertyMs);

  it('refuses what cannot be a key', () => expect(() => encodeJsonKeys(['a', {}])).to.throw(KeyError, 'not object'));

  it('refuses one key that is too long, and many that are together', () => {
    expect(() => encodeJsonKeys(['a', 'x'.repeat(1_048_576)])).to.throw(KeyError, 'longer');
    expect(() => encodeJsonKeys(['aaaa', 'bbbb', 'cccc'], 14)).to.throw(KeyError, '3 keys take more than 14 bytes');
  }).timeout(propertyMs);
});
