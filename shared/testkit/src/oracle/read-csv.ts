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

/** A blank line is read as one field that was never begun. */
function isBlank({ fields }: Row): boolean {
  return fields.length === 0;
}

function readRows(bytes: Uint8Array): Row[] {
  // One character a byte, so that positions are offsets.
  const text = Buffer.from(bytes).toString('latin1');
  const rows: Row[] = [];
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  while (at < text.length) {
    const offset = at;
    const end = /\r?\n|\r$/y;
    end.lastIndex = at;
    if (end.test(text)) {
      at = end.lastIndex;
      rows.push({ fields: [], offset });
      continue;
    }
    const fields: string[] = [];
    for (;;) {
      const field = /"((?:[^"]|"")*)"|([^",\n]*?)(?=,|\r?\n|\r?$)/y;
      field.lastIndex = at;
      const found = field.exec(text);
      if (found === null) throw new Error(`no field at byte ${at}`);
      at = field.lastIndex;
      fields.push(decode(found[1]?.replaceAll('""', '"') ?? found[2] ?? ''));
      if (text[at] !== ',') break;
      at++;
    }
    end.lastIndex = at;
    if (at < text.length && !end.test(text)) throw new Error(`no end of record at byte ${at}`);
    if (at < text.length) at = end.lastIndex;
    rows.push({ fields, offset });
  }
  return rows;
}

function decode(latin1: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'));
}
