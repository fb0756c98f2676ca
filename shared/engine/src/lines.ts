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
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === newline) lines++;
  return bytes.length > 0 && bytes[bytes.length - 1] !== newline ? lines + 1 : lines;
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
