/**
 * A JSON string as a bare TSV field, from bytes to bytes.
 *
 * JSON and TSV agree on `\n`, `\r`, `\t` and `\\`, which stay as they are; `\"` and `\/` lose their backslash, `\b` and `\f` become the
 * bytes they stand for. Only `\u` needs decoding, a run of them at once, since two may be halves of one character.
 * Example: the JSON text `"say \"hi\"\n"` becomes `say "hi"\n`, a backslash and an n at its end.
 */
import { TaskError } from '@gridmr/contracts';
import type { ByteBuffer } from './byte-buffer.js';
import { appendEscaped, escapeTable, tsvEscapes } from './escaped-bytes.js';

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;
/** `\uXXXX` */
const unicodeEscapeBytes = 6;

/** By the character after a backslash in JSON: what TSV has for both. */
const jsonEscapesInTsv = escapeTable(
  new Map([
    ['"', '"'],
    ['/', '/'],
    ['\\', '\\\\'],
    ['n', '\\n'],
    ['r', '\\r'],
    ['t', '\\t'],
    ['b', '\b'],
    ['f', '\f'],
  ]),
);

/** Appends the JSON string `bytes[start .. end]`, quotes included, as a TSV field without them. Throws `TaskError` if it is not one. */
export function appendTsvString(target: ByteBuffer, bytes: Uint8Array, start: number, end: number): void {
  const last = end - 1;
  if (last <= start || bytes[start] !== quote || bytes[last] !== quote) throw notJson();
  let copied = start + 1;
  for (let at = copied; at < last; ) {
    const byte = bytes[at] as number;
    const replacement = tsvEscapes[byte];
    if (replacement === undefined) {
      at++;
      continue;
    }
    target.append(bytes, copied, at);
    if (byte === backslash) {
      at = appendEscape(target, bytes, at, last);
    } else {
      target.append(replacement);
      at++;
    }
    copied = at;
  }
  target.append(bytes, copied, last);
}

/** Appends what the escape at `at` stands for. Returns where the text goes on. */
function appendEscape(target: ByteBuffer, bytes: Uint8Array, at: number, last: number): number {
  const letter = at + 1 < last ? (bytes[at + 1] as number) : 0;
  if (letter === letterU) return appendUnicodeEscapes(target, bytes, at, last);
  const replacement = jsonEscapesInTsv[letter];
  if (replacement === undefined) throw notJson();
  target.append(replacement);
  return at + 2;
}

function appendUnicodeEscapes(target: ByteBuffer, bytes: Uint8Array, start: number, last: number): number {
  let end = start;
  while (end + unicodeEscapeBytes <= last && bytes[end] === backslash && bytes[end + 1] === letterU) {
    end += unicodeEscapeBytes;
  }
  const decoded = Buffer.from(parseString(bytes.subarray(start, end)));
  appendEscaped(target, decoded, 0, decoded.length, tsvEscapes);
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
