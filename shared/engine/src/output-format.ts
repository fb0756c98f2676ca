/**
 * Turns pairs that `reduce` (or `map`, in a map-only job) emitted into the lines of a part.
 *
 * ```
 * pair            tsv          csv                jsonl
 * "a", 1          a⇥1          a,1                {"key":"a","value":1}
 * "a", "x\ty"     a⇥x\ty       a,x⇥y              {"key":"a","value":"x\ty"}      (in tsv the tab is written as backslash and t)
 * ["a",2], {}     ["a",2]⇥{}   "[""a"",2]",{}     {"key":["a",2],"value":{}}
 * "1", "x\ny"     1⇥x\ny       "1","x             {"key":"1","value":"x\ny"}      (in csv, fields may hold line feeds)
 *                              y"
 * ```
 *
 * Keys come in their order-preserving encoding, values as JSON text; both are rewritten byte by byte, and text is never decoded but for
 * escapes in TSV and CSV strings. There, a lone surrogate becomes U+FFFD, as a line of UTF-8 cannot hold it; JSON lines keep its escape.
 *
 * Cost: O(bytes), about 2 ns a byte. Memory: a formatter stops once the target holds a write buffer's worth, so that it never holds more than
 * that and one line.
 */
import { dataPlaneLimits, type OutputFormat } from '@gridmr/contracts';
import type { ByteBuffer } from './byte-buffer.js';
import { endBefore } from './column.js';
import { CsvLines } from './csv-line.js';
import { appendEscaped, tsvEscapes } from './escaped-bytes.js';
import { emptySlice, type Slice } from './group-cursor.js';
import { appendJsonString, tsvText } from './json-string.js';
import { keyTags } from './key-encoding.js';
import { appendKeyJson } from './key-json.js';
import type { PairBlock } from './program.js';

const tab = 0x09;
const newline = 0x0a;
const quote = 0x22;

/**
 * Appends the lines of `pairs` from number `from` on, until there are no more or `target` holds `dataPlaneLimits.writeBufferBytes` or more.
 * Returns the number of the pair to go on with, `pairs.count` at the end; unless it is the end, write and clear `target` first.
 * `target` needs `dataPlaneLimits.formattedBytesMax`.
 */
export type Formatter = (pairs: PairBlock, target: ByteBuffer, from?: number) => number;

/** Appends the line of one pair. `target` needs `dataPlaneLimits.formattedBytesMax`. @param value a number, or JSON text */
export type AppendLine = (key: Readonly<Slice>, value: Readonly<Slice> | number, target: ByteBuffer) => void;

const lineAppenders: Record<OutputFormat, () => AppendLine> = {
  tsv: () => appendTsvLine,
  jsonl: () => appendJsonLine,
  csv: () => {
    const lines = new CsvLines();
    return (key, value, target) => lines.append(key, value, target);
  },
};

export function createLineAppender(format: OutputFormat): AppendLine {
  return lineAppenders[format]();
}

export function createFormatter(format: OutputFormat): Formatter {
  return formatterOf(createLineAppender(format));
}

export function formatterOf(append: AppendLine): Formatter {
  const key = emptySlice();
  const text = emptySlice();
  return ({ count, keyBytes, keyEnds, values }, target, from = 0) => {
    key.bytes = keyBytes;
    if (values.kind === 'texts') text.bytes = values.bytes;
    let i = from;
    for (; i < count && target.length < dataPlaneLimits.writeBufferBytes; i++) {
      key.start = endBefore(keyEnds, i);
      key.end = keyEnds[i] as number;
      if (values.kind === 'numbers') {
        append(key, values.numbers[i] as number, target);
      } else {
        text.start = endBefore(values.ends, i);
        text.end = values.ends[i] as number;
        append(key, text, target);
      }
    }
    return i;
  };
}

function appendTsvLine(key: Readonly<Slice>, value: Readonly<Slice> | number, target: ByteBuffer): void {
  const { bytes, start, end } = key;
  if (bytes[start] === keyTags.string) appendEscaped(target, bytes, start + 1, end, tsvEscapes);
  else appendKeyJson(target, bytes, start, end);
  target.appendByte(tab);
  if (typeof value === 'number') target.appendAscii(String(value));
  else appendTsvText(target, value);
  target.appendByte(newline);
}

function appendTsvText(target: ByteBuffer, { bytes, start, end }: Readonly<Slice>): void {
  if (bytes[start] === quote) appendJsonString(target, bytes, start, end, tsvText);
  else target.append(bytes, start, end);
}

function appendJsonLine(key: Readonly<Slice>, value: Readonly<Slice> | number, target: ByteBuffer): void {
  target.appendAscii('{"key":');
  appendKeyJson(target, key.bytes, key.start, key.end);
  target.appendAscii(',"value":');
  if (typeof value === 'number') target.appendAscii(String(value));
  else target.append(value.bytes, value.start, value.end);
  target.appendAscii('}\n');
}
