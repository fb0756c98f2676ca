/**
 * Records of a file, as obviously as possible: take the whole file, decode it, cut it.
 *
 * A byte order mark at the start of the file is dropped and invalid UTF-8 becomes U+FFFD, as `TextDecoder` does it. One
 * carriage return before a line feed belongs to the end of the line. A final line feed starts no empty record.
 */
import type { InputFormat } from '@gridmr/contracts';
import { findCsvRecords, readCsv } from './read-csv.js';

export interface OracleRecord {
  /** What `map` receives. */
  readonly record: unknown;
  /** Of the record's first byte in its file. */
  readonly offset: number;
}

export interface OracleFile {
  readonly path: string;
  /** As they are after decompression. */
  readonly bytes: Uint8Array;
}

/** Throws if the file is not of the format. */
export function readRecords({ path, bytes }: OracleFile, format: InputFormat): OracleRecord[] {
  if (format === 'bytes') return [{ record: { path, bytes }, offset: 0 }];
  if (format === 'whole_file') return [{ record: { path, text: new TextDecoder().decode(bytes) }, offset: 0 }];
  if (format === 'csv') return readCsv(bytes);
  const lines = readLines(bytes);
  if (format === 'text') return lines;
  const written = lines.filter(({ record }) => !/^[ \t\r]*$/.test(record));
  return written.map(({ record, offset }) => ({ record: JSON.parse(record), offset }));
}

/** A record that may not be what its format says: then reading it throws. */
export interface FoundRecord {
  readonly read: () => unknown;
  readonly offset: number;
}

/** The same, where some records may be bad and others count all the same. */
export function findRecords(file: OracleFile, format: InputFormat): FoundRecord[] {
  if (format === 'csv') return findCsvRecords(file.bytes);
  if (format === 'jsonl') {
    const written = readLines(file.bytes).filter(({ record }) => !/^[ \t\r]*$/.test(record));
    return written.map(({ record, offset }) => ({ read: () => JSON.parse(record), offset }));
  }
  return readRecords(file, format).map(({ record, offset }) => ({ read: () => record, offset }));
}

function readLines(bytes: Uint8Array): { record: string; offset: number }[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  const last = lines.length - 1;
  if (lines[last] === '') lines.pop();
  const offsets = lineOffsets(bytes);
  return lines.map((line, i) => ({ record: i < last ? line.replace(/\r$/, '') : line, offset: offsets[i] ?? 0 }));
}

function lineOffsets(bytes: Uint8Array): number[] {
  const offsets = [hasMark(bytes) ? 3 : 0];
  bytes.forEach((byte, position) => {
    if (byte === 0x0a) offsets.push(position + 1);
  });
  return offsets;
}

function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
