/** Pairs as GridMR writes them in JSON lines: `{"key":…,"value":…}`, without a space between tokens. Nothing is ambiguous here. */
import type { Field, PairFormat } from './pair-format.js';
import { linesOf } from './tsv-pairs.js';

const beforeKey = '{"key":';
const beforeValue = ',"value":';

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;

export const jsonlPairs: PairFormat = {
  *read(records) {
    for (const line of linesOf(records)) {
      const keyEnd = endOfKey(line);
      const valueStart = keyEnd + beforeValue.length;
      if (!line.startsWith(beforeValue, keyEnd) || !line.endsWith('}')) throw notAPair();
      yield [readField(line.slice(beforeKey.length, keyEnd)), readField(line.slice(valueStart, -1))];
    }
  },
  write: (key, value) => `${beforeKey}${writeField(key)}${beforeValue}${writeField(value)}}\n`,
  keyEnd: (bytes, from) => endOfJson(at => bytes[at] ?? -1, from + beforeKey.length),
  readKey: text => {
    if (!text.startsWith(beforeKey)) throw notAPair();
    return readField(text.slice(beforeKey.length));
  },
  quotes: false,
};

function notAPair(): Error {
  return new Error('a line of a part is not {"key":…,"value":…}');
}

function endOfKey(line: string): number {
  const end = line.startsWith(beforeKey) ? endOfJson(at => line.charCodeAt(at), beforeKey.length) : -1;
  if (end < 0) throw notAPair();
  return end;
}

/** Where the string, scalar or array at `from` ends; -1 if that is not to be seen. `codeAt` gives something negative or NaN at the end. */
function endOfJson(codeAt: (at: number) => number, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; ; at++) {
    const code = codeAt(at);
    if (!(code >= 0)) return -1;
    if (inString) {
      if (code === backslash) at++;
      else if (code === quote) inString = false;
    } else if (depth === 0 && code === comma) {
      return at;
    } else {
      inString = code === quote;
      depth += Number(code === openBracket) - Number(code === closeBracket);
    }
  }
}

function readField(json: string): Field {
  if (!json.startsWith('"')) return { text: json, isString: false };
  return { text: JSON.parse(json), isString: true };
}

function writeField({ text, isString }: Field): string {
  return isString ? JSON.stringify(text) : text;
}
