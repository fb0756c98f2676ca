/** Lines in a block: how many, and which bytes one of them has. A line ends with `\n` or `\r\n`; the last one of a file needs neither. */
import type { RecordBlock } from './program.js';

const newline = 0x0a;
const carriageReturn = 0x0d;

/** A record of a block, for messages about it. */
export interface LocatedRecord {
  /** Of its first byte, in its input. */
  readonly offset: number;
  /** Without its end of line. A view of the block, valid as long as that. */
  readonly bytes: Uint8Array;
}

/** Line ends, plus one if the last line has none. */
export function countLines(bytes: Uint8Array): number {
  const lines = countNewlines(bytes);
  return bytes.length > 0 && bytes[bytes.length - 1] !== newline ? lines + 1 : lines;
}

const newlines = 0x0a0a_0a0a;
const lowBits = 0x7f7f_7f7f;
/** So many words can be counted before one of the four counts of a byte each overflows. */
const wordsPerSum = 255;

/**
 * Four bytes at a time: those that are newlines become 0 by an exclusive or, and exactly the zeros have their high bit clear after what cannot carry into
 * the next byte. Cost: about 0.3 ns a byte.
 */
function countNewlines(bytes: Uint8Array): number {
  const aligned = Math.min(bytes.length, -bytes.byteOffset & 3);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + aligned, (bytes.length - aligned) >>> 2);
  let lines = countOneByOne(bytes, 0, aligned) + countOneByOne(bytes, aligned + 4 * words.length, bytes.length);
  for (let from = 0; from < words.length; from += wordsPerSum) {
    const to = Math.min(words.length, from + wordsPerSum);
    let counts = 0;
    for (let i = from; i < to; i++) {
      const zeros = (words[i] as number) ^ newlines;
      counts = (counts + (~(((zeros & lowBits) + lowBits) | zeros | lowBits) >>> 7)) | 0;
    }
    lines += (counts & 255) + ((counts >>> 8) & 255) + ((counts >>> 16) & 255) + (counts >>> 24);
  }
  return lines;
}

function countOneByOne(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) if (bytes[at] === newline) lines++;
  return lines;
}

/** The record `index` (from 0) of a block. Throws `RangeError` if the block does not have it. Cost: O(bytes before it). */
export function recordAt(block: RecordBlock, index: number): LocatedRecord {
  if (!Number.isInteger(index) || index < 0 || index >= block.records) {
    throw new RangeError(`a block of ${block.records} records has no record ${index}`);
  }
  let start = 0;
  for (let i = 0; i < index; i++) start = block.bytes.indexOf(newline, start) + 1;
  const lineEnd = block.bytes.indexOf(newline, start);
  let end = lineEnd === -1 ? block.bytes.length : lineEnd;
  if (lineEnd > start && block.bytes[lineEnd - 1] === carriageReturn) end--;
  return { offset: block.offset + start, bytes: block.bytes.subarray(start, end) };
}
