/**
 * Blocks of CSV in two forms that a sandbox takes cheaply.
 *
 * `separateFields`: quotes taken off, fields separated by U+001F and records by U+001E, which the guest cuts apart with two native splits.
 * Measured against a parser in the guest, this is several times as fast. It is not for text that holds these two characters itself, nor for
 * a record that is one empty field in quotes, which would look like a blank line: then `csvRows`, as lists of strings.
 */
import { type CsvSink, scanCsv } from './csv-scan.js';
import { quote } from './record-bounds.js';

export const fieldSeparator = 0x1f;
export const recordSeparator = 0x1e;

/** Undefined where only `csvRows` will do. Throws `CsvError`. */
export function separateFields(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.includes(fieldSeparator) || bytes.includes(recordSeparator)) return undefined;
  const sink = new SeparatedFields(bytes);
  scanCsv(bytes, sink);
  return sink.isAmbiguous ? undefined : sink.separated.subarray(0, sink.length);
}

class SeparatedFields implements CsvSink {
  /** Never longer than the block, but for one separator behind a last record without an end of line. */
  readonly separated: Uint8Array;
  length = 0;
  isAmbiguous = false;
  readonly #bytes: Uint8Array;
  #recordStart = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.separated = new Uint8Array(bytes.length + 2);
  }

  field(start: number, end: number, isDoubled: boolean): void {
    const from = this.#bytes;
    const to = this.separated;
    let length = this.length;
    for (let at = start; at < end; at++) {
      const byte = from[at] ?? 0;
      to[length++] = byte;
      if (isDoubled && byte === quote) at++;
    }
    to[length++] = fieldSeparator;
    this.length = length;
  }

  endRecord(): void {
    if (this.length === this.#recordStart + 1) this.isAmbiguous = true;
    this.length--;
    this.blankLine();
  }

  blankLine(): void {
    this.separated[this.length++] = recordSeparator;
    this.#recordStart = this.length;
  }
}

/** All records; a blank line has no fields. Throws `CsvError`. */
export function csvRows(bytes: Uint8Array): string[][] {
  const sink = new Rows(bytes);
  scanCsv(bytes, sink);
  return sink.rows;
}

class Rows implements CsvSink {
  readonly rows: string[][] = [];
  #row: string[] = [];
  readonly #bytes: Uint8Array;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  field(start: number, end: number, isDoubled: boolean): void {
    const text = this.#decoder.decode(this.#bytes.subarray(start, end));
    this.#row.push(isDoubled ? text.replaceAll('""', '"') : text);
  }

  endRecord(): void {
    this.blankLine();
  }

  blankLine(): void {
    this.rows.push(this.#row);
    this.#row = [];
  }
}
