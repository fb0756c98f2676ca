/**
 * A block of records on its way in: which entry of the prelude takes it, and as what text.
 *
 * Text that is UTF-8 without NUL goes in as its own bytes. The engine's decoder does not do with bad UTF-8 what the standard says, and its strings end at a NUL:
 * such text is decoded here, and goes in as JSON if it holds NUL. CSV with quotes goes in without them, cut by separators (`csv-rows.ts` of the engine);
 * without, as it is.
 */
import { isUtf8 } from 'node:buffer';
import { byteOrderMark, csvRows, type RecordBlock, separateFields } from '@gridmr/engine';

const carriageReturn = 0x0d;
const quote = 0x22;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

export interface BlockText {
  /** Of the prelude. */
  readonly entry: string;
  /** UTF-8 without NUL. */
  readonly utf8: Uint8Array;
  /** Whether any record may end in a carriage return that belongs to the end of its line. */
  readonly hasCarriageReturns: boolean;
}

/** Of any format but `bytes`. Throws `CsvError`. */
export function blockText(block: RecordBlock): BlockText {
  const { bytes, format } = block;
  if (format === 'csv') return csvText(bytes);
  if (format === 'whole_file') return textFor('mapWholeFile', withoutMark(bytes), false);
  if (format === 'jsonl') return textFor('mapJsonLines', bytes, false);
  return textFor('mapText', bytes, has(bytes, carriageReturn));
}

function csvText(bytes: Uint8Array): BlockText {
  if (!has(bytes, quote)) return textFor('mapLinesCsv', bytes, has(bytes, carriageReturn));
  const separated = separateFields(bytes);
  if (separated !== undefined) return textFor('mapSeparatedCsv', separated, false);
  return { entry: 'mapRowsCsvJson', utf8: encoder.encode(JSON.stringify(csvRows(bytes))), hasCarriageReturns: false };
}

/** `entry` takes the text; with `Json` behind its name, its JSON. */
function textFor(entry: string, bytes: Uint8Array, hasCarriageReturns: boolean): BlockText {
  const hasNul = has(bytes, 0);
  if (!hasNul && isUtf8(bytes)) return { entry, utf8: bytes, hasCarriageReturns };
  const text = decoder.decode(bytes);
  if (!hasNul) return { entry, utf8: encoder.encode(text), hasCarriageReturns };
  return { entry: `${entry}Json`, utf8: encoder.encode(JSON.stringify(text)), hasCarriageReturns };
}

/** By Node.js's own search, which looks at many bytes at once. */
function has({ buffer, byteOffset, length }: Uint8Array, byte: number): boolean {
  return Buffer.from(buffer, byteOffset, length).includes(byte);
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  return byteOrderMark.every((byte, i) => bytes[i] === byte) ? bytes.subarray(byteOrderMark.length) : bytes;
}
