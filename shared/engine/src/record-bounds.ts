/**
 * Where records end, in the formats that have more than one a file.
 *
 * `text` and `jsonl`: at a newline. `csv`: at a newline **before which stands an even number of quotes** in the file. In well-formed CSV (RFC 4180)
 * this is the same as "outside of quotes", since a quote inside quotes is doubled; and it needs no other state than one bit, which
 * is what lets a file be cut in parallel (`csv-cuts.ts`). Where a file is not well-formed, some record is not, and that is an error
 * (`csv-scan.ts`).
 *
 * Blank lines of `jsonl` and `csv` are no records: they end one, and are not counted.
 */
import type { InputFormat } from '@gridmr/contracts';
import { countLines } from './lines.js';

export const newline = 0x0a;
export const carriageReturn = 0x0d;
export const quote = 0x22;
export const byteOrderMark = [0xef, 0xbb, 0xbf] as const;

/** The index of the newline that ends the record beginning at `from`; -1 if the bytes end before. */
export function endOfRecord(bytes: Uint8Array, from: number, format: InputFormat): number {
  if (format === 'whole_file' || format === 'bytes') return -1;
  const first = bytes.indexOf(newline, from);
  if (format !== 'csv' || first === -1) return first;
  const quoteAt = bytes.indexOf(quote, from);
  return quoteAt === -1 || quoteAt > first ? first : endOutsideQuotes(bytes, from);
}

function endOutsideQuotes(bytes: Uint8Array, from: number): number {
  let isQuoted = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) isQuoted = !isQuoted;
    else if (byte === newline && !isQuoted) return at;
  }
  return -1;
}

/** Whether what stands in [start, end), without its newline, is a blank line, which is no record. */
export function isBlank(bytes: Uint8Array, start: number, end: number, format: InputFormat): boolean {
  if (format === 'csv') return end === start || (end === start + 1 && bytes[start] === carriageReturn);
  if (format !== 'jsonl') return false;
  for (let at = start; at < end; at++) if (!isJsonSpace(bytes[at])) return false;
  return true;
}

function isJsonSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === newline || byte === carriageReturn;
}

/** The records in some whole lines. */
export function countRecords(bytes: Uint8Array, format: 'text' | 'jsonl'): number {
  if (format === 'text') return countLines(bytes);
  let records = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    if (!isBlank(bytes, start, end, format)) records++;
    start = end + 1;
  }
  return records;
}
