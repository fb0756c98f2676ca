/**
 * Keys as bytes whose order is the order of the keys, so that sorting and merging compare bytes and never parse.
 *
 * The order: booleans < numbers < strings < arrays; numbers by value; strings by Unicode code point, which is the order
 * of their UTF-8 bytes (and not that of JavaScript's `<`, which compares UTF-16 units); arrays element by element, a prefix first.
 *
 * ```
 * false            01
 * true             02
 * number           03 and 8 bytes: IEEE 754 big-endian; negative: all bits flipped, else the sign bit flipped
 * string           04 and UTF-8 to the end of the key
 * array            05, its elements, 00
 *   string inside  04, UTF-8 with 00 as 01 01 and 01 as 01 02, then 00
 * ```
 *
 * Invariants: a tag is greater than the end byte of arrays and strings, so a prefix sorts first; inside an array every
 * element says where it ends, so a decoder needs no lengths; encoding and decoding are inverse, but for -0 (encoded as 0)
 * and lone surrogates (U+FFFD). NaN and the infinities have no place in JSON and are refused.
 *
 * Example: `["a", 1]` is 05 04 61 00 03 BF F0 00 00 00 00 00 00 00 and sorts before `["a", 1, false]`, which goes on with 01 instead
 * of ending with 00.
 * Cost: O(bytes). See `key-column.ts` for many keys at once and `key-json.ts` for the way to JSON.
 */
import { dataPlaneLimits, sandboxLimits } from '@gridmr/contracts';
import { BufferFullError, ByteBuffer } from './byte-buffer.js';
import { KeyError } from './key-error.js';

export type Key = string | number | boolean | Key[];

/** First byte of an encoded key or element; `end` closes arrays, and strings inside them. */
export const keyTags = { end: 0, false: 1, true: 2, number: 3, string: 4, array: 5 } as const;

/** Inside arrays, this byte and the next stand for one byte: the next, less one. */
export const keyEscape = 1;

const numberBytes = 8;
const number = new DataView(new ArrayBuffer(numberBytes));
const numberView = new Uint8Array(number.buffer);
/** Where `encodeKey` puts a key together: making a buffer takes longer than filling it. */
const encoded = new ByteBuffer(dataPlaneLimits.keyBytesMax, 64);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The encoding of one key. Throws `KeyError` for what cannot be a key. */
export function encodeKey(key: Key): Uint8Array {
  const target = encoded;
  target.clear();
  try {
    appendKey(target, key);
  } catch (error) {
    if (error instanceof BufferFullError) throw keyTooLarge(error);
    throw error;
  }
  return target.copy();
}

/**
 * Appends the encoding of `key`, which may be anything that came out of a sandbox. Its length is for the caller to check.
 * Throws `KeyError` for what cannot be a key.
 */
export function appendKey(target: ByteBuffer, key: unknown): void {
  if (typeof key === 'string') {
    target.appendByte(keyTags.string);
    target.appendText(key);
  } else {
    appendElement(target, key, 0);
  }
}

export function keyTooLarge(cause?: unknown): KeyError {
  return new KeyError('key_too_large', `a key is longer than ${dataPlaneLimits.keyBytesMax} bytes`, { cause });
}

function appendElement(target: ByteBuffer, key: unknown, depth: number): void {
  if (typeof key === 'string') {
    target.appendByte(keyTags.string);
    target.appendText(key.replaceAll('\u0001', '\u0001\u0002').replaceAll('\0', '\u0001\u0001'));
    target.appendByte(keyTags.end);
  } else if (typeof key === 'number') {
    appendNumber(target, key);
  } else if (typeof key === 'boolean') {
    target.appendByte(key ? keyTags.true : keyTags.false);
  } else if (Array.isArray(key)) {
    if (depth === sandboxLimits.keyDepthMax) {
      throw new KeyError('key_too_deep', `a key nests arrays deeper than ${sandboxLimits.keyDepthMax} levels`);
    }
    target.appendByte(keyTags.array);
    for (const element of key) appendElement(target, element, depth + 1);
    target.appendByte(keyTags.end);
  } else {
    const kind = key === null ? 'null' : typeof key;
    throw new KeyError('key_type', `a key is a string, a number, a boolean or an array of these, but not ${kind}`);
  }
}

function appendNumber(target: ByteBuffer, key: number): void {
  if (!Number.isFinite(key)) {
    throw new KeyError('key_not_finite', `a key is ${key}; numbers in keys must be finite`);
  }
  number.setFloat64(0, key + 0); // -0 + 0 is 0
  flipNumber();
  target.appendByte(keyTags.number);
  target.append(numberView);
}

/** Between IEEE 754 and bytes in order of value, in `number`: its own inverse but for which sign bit means negative. */
function flipNumber(): void {
  const high = number.getUint32(0);
  const negative = high >>> 31 === 1;
  number.setUint32(0, negative ? ~high : high ^ 0x8000_0000);
  if (negative) number.setUint32(4, ~number.getUint32(4));
}

/** The number whose 8 bytes begin at `at`. */
export function decodeNumber(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < numberBytes; i++) numberView[i] = bytes[at + i] as number;
  const high = number.getUint32(0);
  const negative = high >>> 31 === 0;
  number.setUint32(0, negative ? ~high : high ^ 0x8000_0000);
  if (negative) number.setUint32(4, ~number.getUint32(4));
  return number.getFloat64(0);
}

/** The inverse of `encodeKey`. Throws `KeyError` where bytes are visibly not an encoded key. */
export function decodeKey(bytes: Uint8Array): Key {
  if (bytes[0] === keyTags.string) return decodeText(bytes.subarray(1));
  const place = { at: 0 };
  const key = decodeElement(bytes, place, 0);
  if (place.at !== bytes.length) throw malformed(place.at);
  return key;
}

function decodeElement(bytes: Uint8Array, place: { at: number }, depth: number): Key {
  const tag = bytes[place.at++];
  switch (tag) {
    case keyTags.false:
    case keyTags.true:
      return tag === keyTags.true;
    case keyTags.number:
      place.at += numberBytes;
      if (place.at > bytes.length) throw malformed(bytes.length);
      return decodeNumber(bytes, place.at - numberBytes);
    case keyTags.string: {
      const end = bytes.indexOf(keyTags.end, place.at);
      if (end === -1) throw malformed(bytes.length);
      const text = decodeText(bytes.subarray(place.at, end));
      place.at = end + 1;
      return text.replaceAll('\u0001\u0001', '\0').replaceAll('\u0001\u0002', '\u0001');
    }
    case keyTags.array: {
      if (depth === sandboxLimits.keyDepthMax) throw malformed(place.at);
      const elements: Key[] = [];
      while (bytes[place.at] !== keyTags.end) elements.push(decodeElement(bytes, place, depth + 1));
      place.at++;
      return elements;
    }
    default:
      throw malformed(place.at - 1);
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new KeyError('key_malformed', 'the text of a stored key is not UTF-8', { cause });
  }
}

function malformed(at: number): KeyError {
  return new KeyError('key_malformed', `a stored key is malformed at byte ${at}`);
}
