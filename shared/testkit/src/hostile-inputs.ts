/**
 * Text files as nobody wants them: for properties (`hostileText`, a fast-check arbitrary over bytes), for seeded loops
 * (`makeHostileText`), and a fixed list of the cases that have a name (`hostileInputs`).
 */

import type { Random } from '@gridmr/samples';
import fc from 'fast-check';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Each is hostile to someone: too short, too long, not UTF-8, or with line ends of another system. */
const fragments: readonly Uint8Array[] = [
  utf8('\n'),
  utf8('\r\n'),
  utf8('\r'),
  utf8('\r\r\n'),
  utf8('\0'),
  utf8('\t\\'),
  utf8('"[{,}]"'),
  utf8(' '),
  utf8('the the cat'),
  utf8('élan'),
  utf8('𝒳😀'),
  utf8('\u2028\u2029\u0085\v\f'),
  utf8('__proto__ constructor'),
  utf8('\uffff\u{10ffff}\ufffd'),
  byteOrderMark,
  Uint8Array.of(0xff),
  Uint8Array.of(0xc3),
  Uint8Array.of(0xe2, 0x82),
  Uint8Array.of(0xf0, 0x9f, 0x98),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xc0, 0xaf),
  utf8('x'.repeat(300)),
];

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** Files of a few lines that hold everything hostile in every combination; shrinks to few fragments. */
export const hostileText: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...fragments) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }).map(utf8) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }) },
    ),
    { maxLength: 40 },
  )
  .map(join);

/** A hostile file of about so many bytes, the same for the same generator. */
export function makeHostileText(random: Random, bytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < bytes; ) {
    const piece = random.chance(0.1) ? random.bytes(random.int(1, 5)) : random.pick(fragments);
    pieces.push(piece, ...(random.chance(0.3) ? [utf8('\n')] : []));
    length += piece.length;
  }
  return join(pieces);
}

/** The cases with a name. */
export const hostileInputs: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
  { name: 'an empty file', bytes: new Uint8Array() },
  { name: 'one line without an end', bytes: utf8('alone') },
  { name: 'one line feed', bytes: utf8('\n') },
  { name: 'only line feeds', bytes: utf8('\n\n\n\n') },
  { name: 'only CRLF', bytes: utf8('\r\n\r\n') },
  { name: 'LF and CRLF mixed', bytes: utf8('one\r\ntwo\nthree\r\r\nfour\rstill four\n') },
  { name: 'a carriage return at the very end', bytes: utf8('one\ntwo\r') },
  { name: 'no line feed at the end', bytes: utf8('one\ntwo') },
  { name: 'characters of four bytes', bytes: utf8('😀 𝒳 😀\n🏝️\n') },
  { name: 'Unicode line separators, which end no line', bytes: utf8('a\u2028b\u2029c\u0085d\ve\ff\n') },
  { name: 'NUL characters', bytes: utf8('a\0b\n\0\n') },
  { name: 'invalid UTF-8', bytes: join([utf8('a'), Uint8Array.of(0xff, 0xc3, 0x0a, 0xf0, 0x9f, 0x98), utf8('b\n')]) },
  { name: 'an encoded surrogate', bytes: join([utf8('a'), Uint8Array.of(0xed, 0xa0, 0x80), utf8('b\n')]) },
  { name: 'a byte order mark at the start', bytes: join([byteOrderMark, utf8('one\ntwo\n')]) },
  { name: 'a byte order mark in the middle', bytes: join([utf8('one\n'), byteOrderMark, utf8('two\n')]) },
  { name: 'two byte order marks', bytes: join([byteOrderMark, byteOrderMark, utf8('one\n')]) },
  { name: 'one long line', bytes: utf8(`${'long '.repeat(20_000)}\n`) },
  { name: 'tabs, quotes and backslashes', bytes: utf8('a\tb\\n"c"\n\\\n') },
  { name: 'names of properties that objects have', bytes: utf8('__proto__ constructor toString\nhasOwnProperty\n') },
];
