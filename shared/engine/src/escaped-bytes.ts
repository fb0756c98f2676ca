/**
 * Copies UTF-8 text and replaces some of its ASCII bytes on the way: what JSON strings and TSV fields both need.
 *
 * Works on bytes, because every byte below 128 in UTF-8 is a character of its own: no decoding. Stretches without such bytes
 * are copied as a whole. Example (TSV): `a⇥b` (a tab) becomes the four bytes `a\tb`.
 * Cost: one table look-up a byte, about 1 ns, and the copy.
 */
import type { ByteBuffer } from './byte-buffer.js';

/** What to write in the place of some byte values; all others are copied. */
export interface EscapeTable {
  /** For each byte value, 1 if it is replaced. */
  readonly isReplaced: Uint8Array;
  readonly replacements: readonly (Uint8Array | undefined)[];
}

/** A table from characters below U+0080 to ASCII text. */
export function escapeTable(replacements: ReadonlyMap<string, string>): EscapeTable {
  const isReplaced = new Uint8Array(256);
  const table = new Array<Uint8Array | undefined>(256).fill(undefined);
  for (const [character, text] of replacements) {
    isReplaced[character.charCodeAt(0)] = 1;
    table[character.charCodeAt(0)] = Buffer.from(text, 'latin1');
  }
  return { isReplaced, replacements: table };
}

const tab: [string, string] = ['\t', '\\t'];
const lineFeed: [string, string] = ['\n', '\\n'];
const carriageReturn: [string, string] = ['\r', '\\r'];
const backslash: [string, string] = ['\\', '\\\\'];

/** What may not stand bare in a field of TSV output. */
export const tsvEscapes = escapeTable(new Map([tab, lineFeed, carriageReturn, backslash]));

/** What `JSON.stringify` escapes in well-formed text. */
export const jsonEscapes = escapeTable(
  new Map([
    ...Array.from({ length: 32 }, (_, code): [string, string] => [
      String.fromCharCode(code),
      `\\u${code.toString(16).padStart(4, '0')}`,
    ]),
    ['\b', '\\b'],
    ['\f', '\\f'],
    ['"', '\\"'],
    tab,
    lineFeed,
    carriageReturn,
    backslash,
  ]),
);

/** Appends `bytes[start .. end]` with the replacements of `table`. */
export function appendEscaped(
  target: ByteBuffer,
  bytes: Uint8Array,
  start: number,
  end: number,
  table: EscapeTable,
): void {
  const { isReplaced } = table;
  let copied = start;
  for (let at = start; at < end; at++) {
    if (isReplaced[bytes[at] as number] === 0) continue;
    target.append(bytes, copied, at);
    target.append(table.replacements[bytes[at] as number] as Uint8Array);
    copied = at + 1;
  }
  target.append(bytes, copied, end);
}
