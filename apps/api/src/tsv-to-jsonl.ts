/**
 * Reads stored tab-separated pairs as JSON lines, one line at a time: what is held is never more than a chunk and a line.
 *
 * ```
 * the<TAB>42       →  {"key":"the","value":42}
 * a\tb<TAB>["x"]   →  {"key":"a\tb","value":["x"]}
 * 01<TAB>          →  {"key":"01","value":""}
 * ```
 *
 * The rule: a field whose text is a JSON number, `true`, `false`, `null`, an array or an object reads as that, with its
 * text kept as it is; every other field is a string, with `\t`, `\n`, `\r` and `\\` unescaped. In TSV the string "1"
 * and the number 1 are the same text, so such strings come out as numbers: a job to whose readers that matters stores
 * `jsonl`.
 */

const newline = 10;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const words: readonly string[] = ['true', 'false', 'null'];
const unescaped: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n', '\\r': '\r', '\\\\': '\\' };

/** A stage of a pipeline: bytes of TSV lines in, bytes of JSON lines out. */
export async function* tsvToJsonl(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) {
      begun.push(chunk);
      continue;
    }
    yield convertLines(Buffer.concat([...begun, chunk.subarray(0, end)]));
    begun = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (begun.length > 0) yield convertLines(Buffer.concat(begun));
}

function convertLines(lines: Buffer): Buffer {
  const text = lines.toString('utf8');
  const whole = text.endsWith('\n') ? text.slice(0, -1) : text;
  return Buffer.from(whole.split('\n').map(convertLine).join(''));
}

/** One pair, with its end of line. Throws for a line without a tab: that is not a pair. */
export function convertLine(line: string): string {
  const tab = line.indexOf('\t');
  if (tab < 0) throw new Error('a line of a part is not a key, a tab and a value');
  return `{"key":${fieldToJson(line.slice(0, tab))},"value":${fieldToJson(line.slice(tab + 1))}}\n`;
}

function fieldToJson(field: string): string {
  if (number.test(field) || words.includes(field) || isArrayOrObject(field)) return field;
  return JSON.stringify(field.replace(/\\[tnr\\]/g, pair => unescaped[pair] ?? pair));
}

function isArrayOrObject(field: string): boolean {
  const ends = `${field[0]}${field.at(-1)}`;
  if (ends !== '[]' && ends !== '{}') return false;
  try {
    JSON.parse(field);
    return true;
  } catch {
    return false;
  }
}
