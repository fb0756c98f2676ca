/**
 * Pairs as GridMR writes them in TSV.
 *
 * ```
 * the<TAB>42       "the", 42
 * a\tb<TAB>["x"]   "a<TAB>b", ["x"]
 * 01<TAB>          "01", ""
 * ```
 *
 * Reading: a field whose text is a JSON number, `true`, `false`, `null`, an array or an object reads as that, with its text kept as it
 * is; every other field is a string, with `\t`, `\n`, `\r` and `\\` unescaped. In TSV the string "1" and the number 1 are the same text. Of
 * keys in order the manifest tells which they are; a value comes out as a number: a job to whose readers that matters stores `jsonl`.
 */
import { isJsonScalar } from '@gridmr/engine';
import { isJsonContainer } from './json-container.js';
import type { Field, PairFormat } from './pair-format.js';

const tab = 9;
const unescaped: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n', '\\r': '\r', '\\\\': '\\' };
const escaped: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };

export const tsvPairs: PairFormat = {
  *read(records, nextKeyKind) {
    for (const line of linesOf(records)) {
      const end = line.indexOf('\t');
      if (end < 0) throw new Error('a line of a part is not a key, a tab and a value');
      yield [readField(line.slice(0, end), nextKeyKind()), readField(line.slice(end + 1), undefined)];
    }
  },
  write: (key, value) => `${writeField(key)}\t${writeField(value)}\n`,
  keyEnd: (bytes, from) => bytes.indexOf(tab, from),
  readKey: readField,
  quotes: false,
};

/** Lines without their ends; the last one needs none. */
export function linesOf(records: string): string[] {
  const whole = records.endsWith('\n') ? records.slice(0, -1) : records;
  return whole.split('\n');
}

function readField(text: string, isString: boolean | undefined): Field {
  const readsAsString = isString ?? !(isJsonScalar(text) || isJsonContainer(text));
  if (!readsAsString) return { text, isString: false };
  return { text: text.replace(/\\[tnr\\]/g, pair => unescaped[pair] ?? pair), isString: true };
}

function writeField({ text, isString }: Field): string {
  return isString ? text.replace(/[\t\n\r\\]/g, character => escaped[character] ?? character) : text;
}
