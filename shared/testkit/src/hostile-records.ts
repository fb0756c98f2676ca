/** JSON lines and CSV as nobody wants them, but well-formed: fast-check arbitraries over the bytes of a file. */
import fc from 'fast-check';

const lineEnd = fc.constantFrom('\n', '\r\n');
const mark = fc.constantFrom('', '', '\ufeff');

const fragments = ['a', '1', ' ', ',', '"', '\n', '\r', '\r\n', '\0', '\x1e', '\x1f', 'é', '😀', '\ufeff', '__proto__'];
const field = fc.array(fc.constantFrom(...fragments), { maxLength: 4 }).map(pieces => pieces.join(''));

function csvField(text: string, isQuoted: boolean): string {
  return isQuoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Every field as it is or in quotes, any end of line, blank lines in between, perhaps no end of line at the end. */
function csvText(columns: number): fc.Arbitrary<string> {
  const row = fc.array(fc.tuple(field, fc.boolean()), { minLength: columns, maxLength: columns });
  const written = row.map(fields => {
    const text = fields.map(([value, isQuoted]) => csvField(value, isQuoted)).join(',');
    return text === '' ? '""' : text;
  });
  const line = fc.oneof({ weight: 8, arbitrary: written }, fc.constant(''));
  const rows = fc.array(fc.tuple(line, lineEnd), { maxLength: 6 });
  const names = fc.uniqueArray(field, { minLength: columns, maxLength: columns });
  return fc.tuple(mark, names, lineEnd, rows, fc.boolean()).map(([start, header, end, lines, isOpen]) => {
    const first = header.map(name => csvField(name, name === '' || name.startsWith('\ufeff'))).join(',');
    const text = `${start}${first}${end}${lines.map(pieces => pieces.join('')).join('')}`;
    return isOpen ? text.replace(/\r?\n$/, '') : text;
  });
}

/** Well-formed CSV; some bytes may be no UTF-8. */
export const hostileCsv: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.integer({ min: 1, max: 3 }).chain(csvText), fc.boolean())
  .map(([text, isInvalid]) => toBytes(text, isInvalid));

const oddLines = ['', ' ', '\t', ' [1, "é😀"] ', '{"__proto__":1}', '"\\u0000"', '"\\ud800"', '1e400', '-0'];
const jsonLine = fc.oneof({ weight: 6, arbitrary: fc.json({ maxDepth: 2 }) }, fc.constantFrom(...oddLines));

/** Well-formed JSON lines, blank ones in between; some bytes in strings may be no UTF-8. */
export const hostileJsonLines: fc.Arbitrary<Uint8Array> = fc
  .tuple(mark, fc.array(fc.tuple(jsonLine, lineEnd), { maxLength: 8 }), fc.boolean(), fc.boolean())
  .map(([start, lines, isOpen, isInvalid]) => {
    const text = start + lines.map(pieces => pieces.join('')).join('');
    return toBytes(isOpen ? text.replace(/\r?\n$/, '') : text, isInvalid);
  });

/** `isInvalid`: some character becomes bytes that are no character. */
function toBytes(text: string, isInvalid: boolean): Uint8Array {
  if (!isInvalid) return new Uint8Array(Buffer.from(text));
  const pieces = text.split('é').flatMap(piece => [Buffer.from(piece), Buffer.of(0xff, 0xc3)]);
  return new Uint8Array(Buffer.concat(pieces.slice(0, -1)));
}
