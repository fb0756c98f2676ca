/**
 * Many keys at once, as they come out of a sandbox, into the columns of a `PairBlock`.
 *
 * The fast path takes the keys of a block as one text joined by newlines. An encoded string is the byte 04 and its UTF-8, so the
 * column is that text with every newline turned into 04, and one more 04 in front: one copy and one scan, no text is decoded.
 *
 * ```
 * a \n b c \n d        the guest's text
 * 04 a 04 b c 04 d     keyBytes; keyEnds: 2, 5, 7
 * ```
 *
 * The guest is not trusted: the count must agree, the text must be UTF-8. A lone surrogate leaves QuickJS as three bytes (ED A0..BF xx)
 * and becomes U+FFFD, which has three bytes too, so nothing moves. Everything else takes the slow path, by JSON.
 * Cost: about 1.5 ns a byte; 50 ns a key on the slow path.
 */
import { isUtf8 } from 'node:buffer';
import { dataPlaneLimits } from '@gridmr/contracts';
import { BufferFullError, ByteBuffer } from './byte-buffer.js';
import { appendKey, keyTags, keyTooLarge } from './key-encoding.js';
import { KeyError } from './key-error.js';

/** Key i is `keyBytes[keyEnds[i-1] .. keyEnds[i]]`, from 0 for the first. */
export interface KeyColumn {
  readonly keyBytes: Uint8Array;
  readonly keyEnds: Uint32Array;
}

const newline = 0x0a;
/** UTF-8 of U+FFFD. */
const replacement = [0xef, 0xbf, 0xbd] as const;

/**
 * `count` strings, none of which holds a newline, joined by newlines. The answer is a copy: `utf8` may be the guest's own memory.
 * Undefined if the text is not that: another number of lines, or not UTF-8. Throws `KeyError` for a key that is too long.
 */
export function encodePlainKeys(utf8: Uint8Array, count: number): KeyColumn | undefined {
  if (count === 0) return utf8.length === 0 ? { keyBytes: utf8.slice(), keyEnds: new Uint32Array(0) } : undefined;
  if (count > utf8.length + 1) return undefined;
  const keyBytes = new Uint8Array(utf8.length + 1);
  keyBytes.set(utf8, 1);
  if (!isUtf8(keyBytes) && !replaceLoneSurrogates(keyBytes)) return undefined;

  keyBytes[0] = keyTags.string;
  const keyEnds = new Uint32Array(count);
  return tagKeys(keyBytes, keyEnds) ? { keyBytes, keyEnds } : undefined;
}

/** Turns newlines into tags and notes where keys end. Returns whether there are as many keys as `keyEnds` has room for. */
function tagKeys(keyBytes: Uint8Array, keyEnds: Uint32Array): boolean {
  const end = keyBytes.length;
  let keys = 0;
  let start = 0;
  for (let at = 1; at <= end; at++) {
    if (at < end && keyBytes[at] !== newline) continue;
    if (keys === keyEnds.length) return false;
    if (at - start > dataPlaneLimits.keyBytesMax) throw keyTooLarge();
    keyEnds[keys++] = at;
    if (at < end) keyBytes[at] = keyTags.string;
    start = at;
  }
  return keys === keyEnds.length;
}

/** Returns whether the bytes are UTF-8 now. */
function replaceLoneSurrogates(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xed); at !== -1; at = bytes.indexOf(0xed, at + 1)) {
    const second = bytes[at + 1] ?? 0;
    const third = bytes[at + 2] ?? 0;
    if (second >= 0xa0 && second <= 0xbf && third >= 0x80 && third <= 0xbf) bytes.set(replacement, at);
  }
  return isUtf8(bytes);
}

/**
 * Any keys, as `JSON.parse` gave them. Throws `KeyError` for what cannot be a key.
 * @param bytesMax what all of them may take together
 */
export function encodeJsonKeys(
  keys: readonly unknown[],
  bytesMax: number = dataPlaneLimits.keyColumnBytesMax,
): KeyColumn {
  const target = new ByteBuffer(bytesMax, Math.min(bytesMax, 16 * (keys.length + 1)));
  const keyEnds = new Uint32Array(keys.length);
  let start = 0;
  for (const [i, key] of keys.entries()) {
    try {
      appendKey(target, key);
    } catch (error) {
      if (error instanceof BufferFullError) throw keysTooLarge(keys.length, bytesMax, error);
      throw error;
    }
    if (target.length - start > dataPlaneLimits.keyBytesMax) throw keyTooLarge();
    start = target.length;
    keyEnds[i] = start;
  }
  return { keyBytes: target.view(), keyEnds };
}

function keysTooLarge(keys: number, bytesMax: number, cause: BufferFullError): KeyError {
  return new KeyError('key_too_large', `${keys} keys take more than ${bytesMax} bytes together`, { cause });
}
