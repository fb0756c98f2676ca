/** Lines of CSV output: key, comma, value, line feed. No header, so that parts can be put one after the other. */
import { dataPlaneLimits } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { appendCsvJson, appendCsvText } from './csv-field.js';
import type { Slice } from './group-cursor.js';
import { appendJsonString, plainText } from './json-string.js';
import { keyTags } from './key-encoding.js';
import { appendKeyJson } from './key-json.js';

const comma = 0x2c;
const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;

/** Whether a field needs quotes shows only in its whole text, so what has to be decoded is decoded into a buffer first. */
export class CsvLines {
  readonly #field = new ByteBuffer(dataPlaneLimits.formattedBytesMax);

  /** @param value a number, or JSON text */
  append(key: Readonly<Slice>, value: Readonly<Slice> | number, target: ByteBuffer): void {
    this.#appendKey(target, key);
    target.appendByte(comma);
    if (typeof value === 'number') target.appendAscii(String(value));
    else this.#appendText(target, value);
    target.appendByte(newline);
  }

  #appendKey(target: ByteBuffer, { bytes, start, end }: Readonly<Slice>): void {
    if (bytes[start] === keyTags.string) {
      appendCsvText(target, bytes, start + 1, end);
      return;
    }
    this.#field.clear();
    appendKeyJson(this.#field, bytes, start, end);
    appendCsvJson(target, this.#field.view(), 0, this.#field.length);
  }

  #appendText(target: ByteBuffer, { bytes, start, end }: Readonly<Slice>): void {
    if (bytes[start] !== quote) {
      appendCsvJson(target, bytes, start, end);
    } else if (hasEscapes(bytes, start, end) || !isQuoted(bytes, start, end)) {
      this.#field.clear();
      appendJsonString(this.#field, bytes, start, end, plainText);
      appendCsvText(target, this.#field.view(), 0, this.#field.length);
    } else {
      appendCsvText(target, bytes, start + 1, end - 1);
    }
  }
}

function hasEscapes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true;
  return false;
}

/** What is not is refused by whoever decodes it. */
function isQuoted(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 2 && bytes[end - 1] === quote;
}
