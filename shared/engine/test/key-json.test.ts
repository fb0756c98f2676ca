import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { ByteBuffer } from '../dist/byte-buffer.js';
import { encodeKey, type Key } from '../dist/key-encoding.js';
import { KeyError } from '../dist/key-error.js';
import { appendKeyJson } from '../dist/key-json.js';
import { propertyMs } from './deadlines.js';
import { key } from './random-keys.js';

/** With other bytes around the key, which must not matter. */
function keyJson(value: Key): string {
  const bytes = encodeKey(value);
  const target = new ByteBuffer(10_000);
  appendKeyJson(target, Uint8Array.from([1, 0, ...bytes, 0, 1, 0]), 2, 2 + bytes.length);
  return Buffer.from(target.view()).toString();
}

describe('appendKeyJson', () => {
  for (const value of [
    'plain',
    '"\\\n\0',
    'é😀',
    -1.5e300,
    true,
    [],
    [[], [[1]], 'a', ['\0\u0001\u0002', false], 2],
  ] as Key[]) {
    it(`writes ${JSON.stringify(value)}`, () => expect(keyJson(value)).to.equal(JSON.stringify(value)));
  }

  it('writes any key as JSON.stringify does', () => {
    fc.assert(
      fc.property(key, k => {
        expect(keyJson(k)).to.equal(JSON.stringify(k));
      }),
      propertyOptions(600),
    );
  }).timeout(propertyMs);

  it('refuses damaged bytes', () => {
    const target = new ByteBuffer(100);
    expect(() => appendKeyJson(target, Uint8Array.of(7), 0, 1)).to.throw(KeyError, 'unknown kind 7');
    expect(() => appendKeyJson(target, Uint8Array.of(5, 4, 0x61), 0, 3)).to.throw(KeyError, 'no end');
  });
});
