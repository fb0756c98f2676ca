/** Lines of CSV output: key, comma, value, line feed. No header, so that parts can be put one after the other. */
import { dataPlaneLimits } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { endBefore } from './column.js';
import { appendCsvJson, appendCsvText } from './csv-field.js';
import { appendJsonString, plainText } from './json-string.js';
import { keyTags } from './key-encoding.js';
import { appendKeyJson } from './key-json.js';
import type { PairBlock } from './program.js';
import { appendValue } from './value-column.js';

const comma = 0x2c;
const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;

/** Whether a field needs quotes shows only in its whole text, so what has to be decoded is decoded into a buffer first. */
export class CsvLines {
  readonly #field = new ByteBuffer(dataPlaneLimits.formattedBytesMax);

  append(pairs: PairBlock, i: number, target: ByteBuffer): void {
    this.#appendKey(target, pairs.keyBytes, endBefore(pairs.keyEnds, i), endBefore(pairs.keyEnds, i + 1));
    target.appendByte(comma);
    const { values } = pairs;
    if (values.kind === 'numbers') appendValue(target, values, i);
    else this.#appendText(target, values.bytes, endBefore(values.ends, i), endBefore(values.ends, i + 1));
    target.appendByte(newline);
  }

  #appendKey(target: ByteBuffer, bytes: Uint8Array, start: number, end: number): void {
    if (bytes[start] === keyTags.string) {
      appendCsvText(target, bytes, start + 1, end);
      return;
    }
    this.#field.clear();
    appendKeyJson(this.#field, bytes, start, end);
    appendCsvJson(target, this.#field.view(), 0, this.#field.length);
  }

  #appendText(target: ByteBuffer, bytes: Uint8Array, start: number, end: number): void {
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
