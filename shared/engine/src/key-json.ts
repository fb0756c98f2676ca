/**
 * The JSON text of an encoded key, straight from its bytes: what groups and output lines carry.
 *
 * One pass from left to right without recursion: the tags say where brackets go, and a comma stands before every element
 * but the first after a bracket. Text is copied with JSON's escapes, never decoded. The result is what `JSON.stringify` gives
 * for the decoded key. Example: 05 04 61 00 01 00 (the key `["a", false]`) gives `["a",false]`.
 * Cost: O(bytes), about 2 ns a byte of text.
 */
import type { ByteBuffer } from './byte-buffer.js';
import { appendEscaped, jsonEscapes } from './escaped-bytes.js';
import { decodeNumber, keyEscape, keyTags } from './key-encoding.js';
import { KeyError } from './key-error.js';

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const numberBytes = 8;

/** Appends the JSON text of the encoded key `bytes[start .. end]`. Throws `KeyError` where bytes are visibly not an encoded key. */
export function appendKeyJson(target: ByteBuffer, bytes: Uint8Array, start: number, end: number): void {
  if (bytes[start] === keyTags.string) {
    target.appendByte(quote);
    appendEscaped(target, bytes, start + 1, end, jsonEscapes);
    target.appendByte(quote);
    return;
  }
  let afterElement = false;
  for (let at = start; at < end; ) {
    const tag = bytes[at++];
    if (tag === keyTags.end) {
      target.appendByte(closeBracket);
      afterElement = true;
      continue;
    }
    if (afterElement) target.appendByte(comma);
    afterElement = tag !== keyTags.array;
    if (tag === keyTags.array) target.appendByte(openBracket);
    else at = appendScalar(target, bytes, tag, at);
  }
}

/** Appends the element whose content begins at `at`. Returns where the next one begins. */
function appendScalar(target: ByteBuffer, bytes: Uint8Array, tag: number | undefined, at: number): number {
  switch (tag) {
    case keyTags.false:
      target.appendAscii('false');
      return at;
    case keyTags.true:
      target.appendAscii('true');
      return at;
    case keyTags.number:
      target.appendAscii(String(decodeNumber(bytes, at)));
      return at + numberBytes;
    case keyTags.string:
      return appendInnerString(target, bytes, at);
    default:
      throw new KeyError('key_malformed', `a stored key has an element of unknown kind ${tag}`);
  }
}

/** A string inside an array: ends at its 00, and 01 escapes 00 and 01. */
function appendInnerString(target: ByteBuffer, bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(keyTags.end, start);
  if (end === -1) throw new KeyError('key_malformed', 'a string of a stored key has no end');
  target.appendByte(quote);
  let copied = start;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== keyEscape) continue;
    appendEscaped(target, bytes, copied, at, jsonEscapes);
    at++;
    target.appendAscii(bytes[at] === keyEscape ? '\\u0000' : '\\u0001');
    copied = at + 1;
  }
  appendEscaped(target, bytes, copied, end, jsonEscapes);
  target.appendByte(quote);
  return end + 1;
}
