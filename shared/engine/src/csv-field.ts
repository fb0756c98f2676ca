/**
 * Fields of CSV (RFC 4180), from bytes to bytes.
 *
 * A field with a comma, a quote or a line break is quoted, and quotes inside are doubled. Beyond what the RFC asks for, a string that is the
 * text of a number, `true`, `false` or `null` is quoted as well, and those themselves are not: so `"1"` is a string and `1` is a number
 * to whoever looks at quotes, and the same field to whoever does not.
 *
 * ```
 * string  two words    two words           number   1        1
 * string  a "b", c     "a ""b"", c"        boolean  true     true
 * string  1            "1"                 array    [1,"x"]  "[1,""x""]"
 * ```
 */
import { isJsonScalar } from './bare-json.js';
import type { ByteBuffer } from './byte-buffer.js';
import { appendEscaped, escapeTable } from './escaped-bytes.js';

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const minus = 0x2d;
const doubledQuotes = escapeTable(new Map([['"', '""']]));

/** The longest text that `isJsonScalar` is asked about as a word. */
const wordBytesMax = 5;
const wordStarts: readonly number[] = [...'tfn'].map(letter => letter.charCodeAt(0));

/** Appends a string, which is the UTF-8 text `bytes[start .. end]`. */
export function appendCsvText(target: ByteBuffer, bytes: Uint8Array, start: number, end: number): void {
  appendField(target, bytes, start, end, readsAsScalar(bytes, start, end));
}

/** Appends anything else, which is the JSON text `bytes[start .. end]`. */
export function appendCsvJson(target: ByteBuffer, bytes: Uint8Array, start: number, end: number): void {
  appendField(target, bytes, start, end, false);
}

function appendField(target: ByteBuffer, bytes: Uint8Array, start: number, end: number, quoted: boolean): void {
  if (!quoted && !needsQuotes(bytes, start, end)) {
    target.append(bytes, start, end);
    return;
  }
  target.appendByte(quote);
  appendEscaped(target, bytes, start, end, doubledQuotes);
  target.appendByte(quote);
}

function needsQuotes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === comma || byte === quote || byte === lineFeed || byte === carriageReturn) return true;
  }
  return false;
}

/** Decodes only what may be a number or a word by its first and last byte: few texts are. */
function readsAsScalar(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] as number;
  const mayBeNumber = (isDigit(first) || first === minus) && isDigit(bytes[end - 1] as number);
  const mayBeWord = end - start <= wordBytesMax && wordStarts.includes(first);
  if (start === end || !(mayBeNumber || mayBeWord)) return false;
  return isJsonScalar(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
