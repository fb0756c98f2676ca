/**
 * A JSON string as bare text, from bytes to bytes, with the escapes that the text needs where it goes.
 *
 * Only `\u` needs decoding, a run of them at once, since two may be halves of one character. Two targets: a field of TSV, which agrees with
 * JSON on `\n`, `\r`, `\t` and `\\`; and text as it is.
 * Example: of the JSON text `"say \"hi\"\n"`, TSV makes `say "hi"\n`, a backslash and an n at its end.
 */
import { TaskError } from '@gridmr/contracts';
import type { ByteBuffer } from './byte-buffer.js';
import { appendEscaped, type EscapeTable, escapeTable, tsvEscapes } from './escaped-bytes.js';

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;
/** `\uXXXX` */
const unicodeEscapeBytes = 6;

/** How bare text is written. */
export interface BareText {
  /** Of bytes that stand for themselves in JSON. */
  readonly plain: EscapeTable;
  /** By the character after a backslash in JSON. */
  readonly escaped: EscapeTable;
}

const sameInBoth: [string, string][] = [
  ['"', '"'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
];

export const tsvText: BareText = {
  plain: tsvEscapes,
  escaped: escapeTable(new Map([...sameInBoth, ['\\', '\\\\'], ['n', '\\n'], ['r', '\\r'], ['t', '\\t']])),
};

export const plainText: BareText = {
  plain: escapeTable(new Map()),
  escaped: escapeTable(new Map([...sameInBoth, ['\\', '\\'], ['n', '\n'], ['r', '\r'], ['t', '\t']])),
};

/** Appends what the JSON string `bytes[start .. end]`, quotes included, stands for. Throws `TaskError` if it is not one. */
export function appendJsonString(
  target: ByteBuffer,
  bytes: Uint8Array,
  start: number,
  end: number,
  text: BareText,
): void {
  const last = end - 1;
  if (last <= start || bytes[start] !== quote || bytes[last] !== quote) throw notJson();
  const { isReplaced, replacements } = text.plain;
  for (let at = target.appendBare(bytes, start + 1, last); at < last; at = target.appendBare(bytes, at, last)) {
    const byte = bytes[at] as number;
    if (byte === backslash) {
      at = appendEscape(target, bytes, at, last, text);
    } else {
      if (isReplaced[byte] === 0) target.appendByte(byte);
      else target.append(replacements[byte] as Uint8Array);
      at++;
    }
  }
}

/** Appends what the escape at `at` stands for. Returns where the text goes on. */
function appendEscape(target: ByteBuffer, bytes: Uint8Array, at: number, last: number, text: BareText): number {
  const letter = at + 1 < last ? (bytes[at + 1] as number) : 0;
  if (letter === letterU) return appendUnicodeEscapes(target, bytes, at, last, text);
  const replacement = text.escaped.replacements[letter];
  if (replacement === undefined) throw notJson();
  target.append(replacement);
  return at + 2;
}

function appendUnicodeEscapes(
  target: ByteBuffer,
  bytes: Uint8Array,
  start: number,
  last: number,
  text: BareText,
): number {
  let end = start;
  while (end + unicodeEscapeBytes <= last && bytes[end] === backslash && bytes[end + 1] === letterU) {
    end += unicodeEscapeBytes;
  }
  const decoded = Buffer.from(parseString(bytes.subarray(start, end)));
  appendEscaped(target, decoded, 0, decoded.length, text.plain);
  return end;
}

function parseString(inner: Uint8Array): string {
  if (inner.length === 0) throw notJson();
  try {
    return JSON.parse(`"${Buffer.from(inner.buffer, inner.byteOffset, inner.length).toString('latin1')}"`);
  } catch (cause) {
    throw notJson(cause);
  }
}

/** A sandbox hands over JSON; text that is none was forged inside it. */
function notJson(cause?: unknown): TaskError {
  const message = 'the program gave a value that is not JSON; emit values by returning them or by ctx.emit only';
  return new TaskError({ code: 'user_code_error', message }, { cause });
}
