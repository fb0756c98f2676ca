/**
 * CSV after RFC 4180, byte by byte through the whole file: the first line names the columns, lines without anything are no
 * records, whatever is not well-formed throws.
 */
interface Row {
  readonly fields: string[];
  readonly offset: number;
}

export function readCsv(bytes: Uint8Array): { record: Record<string, string>; offset: number }[] {
  const [header, ...rows] = readRows(bytes);
  if (header === undefined) return [];
  if (isBlank(header)) throw new Error('the first line is blank');
  if (new Set(header.fields).size < header.fields.length) throw new Error('a column is named twice');
  return rows
    .filter(row => !isBlank(row))
    .map(({ fields, offset }) => {
      if (fields.length !== header.fields.length) throw new Error(`${fields.length} fields at byte ${offset}`);
      return { record: Object.fromEntries(header.fields.map((name, i) => [name, fields[i] ?? ''])), offset };
    });
}

/**
 * Records of which some may not be well-formed: what stands between line feeds that have an even number of quotes before them. Reading a bad one throws.
 * The header must be well-formed.
 */
export function findCsvRecords(bytes: Uint8Array): { read: () => Record<string, string>; offset: number }[] {
  const text = Buffer.from(bytes).toString('latin1');
  const found: { text: string; offset: number }[] = [];
  let start = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  for (let at = start, quotes = 0; at < text.length; at++) {
    if (text[at] === '"') quotes++;
    if (at < text.length - 1 && (text[at] !== '\n' || quotes % 2 === 1)) continue;
    found.push({ text: text.slice(start, at + 1), offset: start });
    start = at + 1;
  }
  const [header, ...rows] = found.filter(({ text: line }, i) => i === 0 || !/^\r?\n?$/.test(line));
  if (header === undefined) return [];
  const names = oneRow(header.text);
  return rows.map(({ text: line, offset }) => ({ read: () => recordOf(names, oneRow(line)), offset }));
}

function oneRow(text: string): string[] {
  const { fields, end } = readRow(text, 0);
  if (end !== text.length) throw new Error('more than a row');
  return fields;
}

function recordOf(names: readonly string[], fields: readonly string[]): Record<string, string> {
  if (fields.length !== names.length) throw new Error(`${fields.length} fields`);
  return Object.fromEntries(names.map((name, i) => [name, fields[i] ?? '']));
}

/** A blank line is read as one field that was never begun. */
function isBlank({ fields }: Row): boolean {
  return fields.length === 0;
}

function readRows(bytes: Uint8Array): Row[] {
  // One character a byte, so that positions are offsets.
  const text = Buffer.from(bytes).toString('latin1');
  const rows: Row[] = [];
  for (let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0; at < text.length; ) {
    const { fields, end } = readRow(text, at);
    rows.push({ fields, offset: at });
    at = end;
  }
  return rows;
}

function readRow(text: string, start: number): { fields: string[]; end: number } {
  const blankEnd = skip(/\r?\n|\r$/y, text, start);
  if (blankEnd !== undefined) return { fields: [], end: blankEnd };
  const fields: string[] = [];
  for (let at = start; ; at++) {
    const field = /"((?:[^"]|"")*)"|([^",\n]*?)(?=,|\r?\n|\r?$)/y;
    field.lastIndex = at;
    const found = field.exec(text);
    if (found === null) throw new Error(`no field at byte ${at}`);
    fields.push(decode(found[1]?.replaceAll('""', '"') ?? found[2] ?? ''));
    at = field.lastIndex;
    if (text[at] === ',') continue;
    const end = at === text.length ? at : skip(/\r?\n|\r$/y, text, at);
    if (end === undefined) throw new Error(`no end of record at byte ${at}`);
    return { fields, end };
  }
}

/** Behind what the pattern finds at `at`. */
function skip(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function decode(latin1: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'));
}
