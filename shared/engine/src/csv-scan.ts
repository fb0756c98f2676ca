/**
 * CSV after RFC 4180, from the bytes of whole records to fields. Strict where leniency would guess: a field either has no quote, or begins and ends with
 * one and doubles those inside. That is also what makes cutting by quotes right (`record-bounds.ts`): were a file cut in the wrong place, some record
 * would break this rule.
 *
 * ```
 * 7,"a ""b"", c",\r\n     fields: 7    a "b", c    (empty)
 * ```
 *
 * Separators are commas, records end with `\n` or `\r\n`; a `\r` anywhere else is text. Cost: one look at each byte.
 */
import { carriageReturn, newline, quote } from './record-bounds.js';

const comma = 0x2c;

/** Takes what is found, in order. */
export interface CsvSink {
  /** The bytes [start, end), quotes around them left out. `isDoubled`: there are quotes inside, doubled. */
  field(start: number, end: number, isDoubled: boolean): void;
  endRecord(): void;
  /** A line without anything, which is no record. */
  blankLine(): void;
}

/** A record is not CSV. */
export class CsvError extends Error {
  /** Its number in the block, blank lines counted. */
  readonly record: number;

  constructor(record: number, fault: string) {
    super(fault);
    this.name = 'CsvError';
    this.record = record;
  }
}

/** Throws `CsvError`. */
export function scanCsv(bytes: Uint8Array, sink: CsvSink): void {
  let at = 0;
  for (let record = 0; at < bytes.length; record++) {
    const blankEnd = lineEndAt(bytes, at);
    if (blankEnd !== at) {
      sink.blankLine();
      at = blankEnd;
    } else {
      at = scanRecord(bytes, at, record, sink);
      sink.endRecord();
    }
  }
}

/** Where the next record begins. */
function scanRecord(bytes: Uint8Array, start: number, record: number, sink: CsvSink): number {
  for (let at = start; ; at++) {
    at = bytes[at] === quote ? scanQuoted(bytes, at + 1, record, sink) : scanPlain(bytes, at, record, sink);
    if (bytes[at] !== comma) return at >= bytes.length ? at : lineEndAt(bytes, at);
  }
}

/** Answers where the field ended: at a comma, an end of line or the end. */
function scanPlain(bytes: Uint8Array, start: number, record: number, sink: CsvSink): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === comma || byte === newline) break;
    if (byte === quote)
      throw new CsvError(
        record,
        'has a quote inside a field that does not begin with one; put quotes around the field and double those inside',
      );
  }
  if (bytes[at] !== comma && at > start && bytes[at - 1] === carriageReturn) at--;
  sink.field(start, at, false);
  return at;
}

function scanQuoted(bytes: Uint8Array, start: number, record: number, sink: CsvSink): number {
  let isDoubled = false;
  let at = start;
  for (; at < bytes.length; at++) {
    if (bytes[at] !== quote) continue;
    if (bytes[at + 1] !== quote) break;
    isDoubled = true;
    at++;
  }
  if (at >= bytes.length) throw new CsvError(record, 'has a quote that is never closed');
  sink.field(start, at, isDoubled);
  const next = at + 1;
  if (next < bytes.length && bytes[next] !== comma && lineEndAt(bytes, next) === next) {
    throw new CsvError(record, 'has text between a closing quote and the next comma; double the quotes inside a field');
  }
  return next;
}

/** Behind the end of line that stands at `at`; `at` itself if there is none. */
function lineEndAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] === newline) return at + 1;
  if (bytes[at] !== carriageReturn) return at;
  if (at + 1 === bytes.length) return at + 1;
  return bytes[at + 1] === newline ? at + 2 : at;
}
