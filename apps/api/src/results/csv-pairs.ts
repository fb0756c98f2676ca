/**
 * Pairs as GridMR writes them in CSV (`csv-field.ts` of the engine has the rules).
 *
 * Reading: a field without quotes that is a JSON number, `true`, `false` or `null` reads as that, a field that is an array or an object
 * too, with quotes or without; every other field is a string. So all that a string can be taken for is an array or an object of the very
 * same text, and that only as a value, or as a key that is not in order.
 */
import { isJsonScalar } from '@gridmr/engine';
import { isJsonContainer } from './json-container.js';
import type { Field, PairFormat } from './pair-format.js';

const comma = 0x2c;
const quote = 0x22;
const needsQuotes = /[",\r\n]/;

export const csvPairs: PairFormat = {
  *read(records, nextKeyKind) {
    for (let at = 0; at < records.length; ) {
      const keyEnd = fieldEnd(records, at, ',');
      const valueEnd = fieldEnd(records, keyEnd + 1, '\n');
      if (records[keyEnd] !== ',' || (valueEnd < records.length && records[valueEnd] !== '\n')) throw notAPair();
      yield [
        readField(records.slice(at, keyEnd), nextKeyKind()),
        readField(records.slice(keyEnd + 1, valueEnd), undefined),
      ];
      at = valueEnd + 1;
    }
  },
  write: (key, value) => `${writeField(key)},${writeField(value)}\n`,
  keyEnd: (bytes, from) => (bytes[from] === quote ? endOfQuoted(bytes, from) : bytes.indexOf(comma, from)),
  readKey: readField,
  quotes: true,
};

function notAPair(): Error {
  return new Error('a record of a part is not a key, a comma and a value');
}

/** Where the field at `from` ends: behind its closing quote, or before `end`. */
function fieldEnd(text: string, from: number, end: string): number {
  if (text[from] !== '"') {
    const at = text.indexOf(end, from);
    return at < 0 ? text.length : at;
  }
  for (let at = from + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) throw notAPair();
    if (text[at + 1] !== '"') return at + 1;
  }
}

/** Behind the closing quote, which only the byte after it proves to be one. */
function endOfQuoted(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; ; at += 2) {
    at = bytes.indexOf(quote, at);
    if (at < 0 || at + 1 >= bytes.length) return -1;
    if (bytes[at + 1] !== quote) return at + 1;
  }
}

function readField(field: string, isString: boolean | undefined): Field {
  const quoted = field.startsWith('"');
  const text = quoted ? field.slice(1, -1).replaceAll('""', '"') : field;
  return { text, isString: isString ?? !((!quoted && isJsonScalar(text)) || isJsonContainer(text)) };
}

function writeField({ text, isString }: Field): string {
  const quoted = needsQuotes.test(text) || (isString && isJsonScalar(text));
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}
