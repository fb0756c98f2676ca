/** Random keys that look for trouble: few distinct ones, the escaped bytes, both ends of what UTF-16 orders wrongly. */
import fc from 'fast-check';
import type { Key } from '../dist/key-encoding.js';

const character = fc.constantFrom(
  ...[
    'a',
    'b',
    '"',
    '\\',
    '\0',
    '\u0001',
    '\u0002',
    '\t',
    '\n',
    '\r',
    '\u001f',
    '\u007f',
    'é',
    '\u2028',
    '\uffee',
    '😀',
  ],
);
export const text = fc.oneof(fc.string({ unit: character, maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 6 }));

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => n + 0);
const scalar: fc.Arbitrary<Key> = fc.oneof(text, fc.integer({ min: -3, max: 3 }), finite, fc.boolean());

export const key: fc.Arbitrary<Key> = fc.letrec<{ key: Key }>(tie => ({
  key: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar, fc.array(tie('key'), { maxLength: 3 })),
})).key;
