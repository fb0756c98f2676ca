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
import { appendJsonString, tsvText } from './json-string.js';
import { keyTags } from './key-encoding.js';
import { appendKeyJson } from './key-json.js';
import type { PairBlock } from './program.js';
import { appendValue, type TextColumn } from './value-column.js';

const tab = 0x09;
const newline = 0x0a;
const quote = 0x22;

/**
 * Appends the lines of `pairs` from number `from` on, until there are no more or `target` holds `dataPlaneLimits.writeBufferBytes` or more.
 * Returns the number of the pair to go on with, `pairs.count` at the end; unless it is the end, write and clear `target` first.
 * `target` needs `dataPlaneLimits.formattedBytesMax`.
 */
export type Formatter = (pairs: PairBlock, target: ByteBuffer, from?: number) => number;

type AppendLine = (pairs: PairBlock, i: number, target: ByteBuffer) => void;

const lineAppenders: Record<OutputFormat, () => AppendLine> = {
  tsv: () => appendTsvLine,
  jsonl: () => appendJsonLine,
  csv: () => {
    const lines = new CsvLines();
    return (pairs, i, target) => lines.append(pairs, i, target);
  },
};

export function createFormatter(format: OutputFormat): Formatter {
  const append = lineAppenders[format]();
  return (pairs, target, from = 0) => {
    let i = from;
    for (; i < pairs.count && target.length < dataPlaneLimits.writeBufferBytes; i++) append(pairs, i, target);
    return i;
  };
}

function appendTsvLine(pairs: PairBlock, i: number, target: ByteBuffer): void {
  const { keyBytes, values } = pairs;
  const keyStart = endBefore(pairs.keyEnds, i);
  const keyEnd = endBefore(pairs.keyEnds, i + 1);
  if (keyBytes[keyStart] === keyTags.string) appendEscaped(target, keyBytes, keyStart + 1, keyEnd, tsvEscapes);
  else appendKeyJson(target, keyBytes, keyStart, keyEnd);
  target.appendByte(tab);
  if (values.kind === 'texts') appendTsvText(target, values, i);
  else appendValue(target, values, i);
  target.appendByte(newline);
}

function appendTsvText(target: ByteBuffer, { bytes, ends }: TextColumn, i: number): void {
  const start = endBefore(ends, i);
  const end = ends[i] as number;
  if (bytes[start] === quote) appendJsonString(target, bytes, start, end, tsvText);
  else target.append(bytes, start, end);
}

function appendJsonLine(pairs: PairBlock, i: number, target: ByteBuffer): void {
  target.appendAscii('{"key":');
  appendKeyJson(target, pairs.keyBytes, endBefore(pairs.keyEnds, i), endBefore(pairs.keyEnds, i + 1));
  target.appendAscii(',"value":');
  appendValue(target, pairs.values, i);
  target.appendAscii('}\n');
}
